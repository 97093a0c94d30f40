"""Other engines that answer "origin to the nearest of 60 shelters", each in its own environment. No part of the product."""
