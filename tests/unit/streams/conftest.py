"""A busy machine is not a failing property: examples have no deadline, the whole test has one."""

from hypothesis import settings

settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")
