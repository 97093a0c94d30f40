### The navigator's sentences. Keys and arguments are the same in every language.

depart = Go along { $street }
straight = Go straight on along { $street }
turn-left = Turn left into { $street }
turn-right = Turn right into { $street }
turn-back = Turn back along { $street }
bridge = Cross the bridge ({ $street })
tunnel = Go through the tunnel or underpass ({ $street })
steps = Take the stairs ({ $street })
arrive = Arrive: { $name }
street-unnamed = the street

why-suits = The nearest site on foot that may be used for: { $hazards }.
why-nearest = No hazard is in force here. This is the nearest site on foot.
second-farther = { $minutes } min farther
second-alike = about as far
second-zone = its way stays longer inside a danger zone
second-fuller = fuller ({ $percent } %)
passed-unsuited = { $name } was not chosen: the list does not say that it may be used for { $hazards }.
passed-full = { $name } was not chosen: it is full.
passed-closed = { $name } was not chosen: it is closed.

stay-cut-off = No safe way leads from here to a site. Go up: high ground or the upper floors of a solid building. Call 119 and say where you are.
stay-no-target = No site in this area's list may be used for: { $hazards }. Go up: high ground or the upper floors of a solid building.
stay-no-site = This area's list holds no site that may be used. If you feel in danger, go up: high ground or the upper floors of a solid building.

warn-closed = The road you are on is closed. Leave it as soon as you can.
warn-zone = You are inside a danger zone. This way leads out of it.
warn-far = The nearest way is { $metres } m to the { $direction }.
warn-surface = Nothing is known about the surface of { $percent } % of this way.
warn-unplaced =
    { $count ->
        [one] One closure has no known place.
       *[other] { $count } closures have no known place.
    }
warn-underpass = Keep out of the low passage on the way ({ $street }): water may stand there ({ $hazards }). This way goes round it.

list-separator = { ", " }
hazard-flood = flood
hazard-landslide = landslide
hazard-storm_surge = storm surge
hazard-earthquake = earthquake
hazard-tsunami = tsunami
hazard-fire = large fire
hazard-inland_flood = inland flood
hazard-volcano = volcanic activity
direction-north = north
direction-northeast = northeast
direction-east = east
direction-southeast = southeast
direction-south = south
direction-southwest = southwest
direction-west = west
direction-northwest = northwest
