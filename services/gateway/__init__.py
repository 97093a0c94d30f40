"""The door for devices: consents and consented positions, acknowledged only after Kafka did."""
