"""What the benchmarks of the crowd share: made-up people, a broker, and the crowd process with its clock and its memory."""
