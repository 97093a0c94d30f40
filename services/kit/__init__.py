"""The one shared room of the services: settings, log, problems, health, metrics, server-sent events; one file per thing."""
