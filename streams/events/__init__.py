"""Events and states as frozen structs; one module per kind."""
