"""One machine: finds or fetches Java, Kafka, Redis, Node and Chromium, starts what is missing, supervises it."""
