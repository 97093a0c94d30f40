"""What happened, kept as Parquet by topic and day, and played again into a drill. Folds nothing, decides nothing."""
