"""What the topics promise, as documents made from the code: JSON Schemas, AsyncAPI, access rules. Opens nothing."""
