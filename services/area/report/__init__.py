"""The planners' report on an area: who reaches a suitable site in time, what much depends on, where places are short."""
