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
why-suits-car = The site that a car reaches soonest and that may be used for: { $hazards }.
why-nearest-car = No hazard is in force here. This is the site that a car reaches soonest.
why-in-time = The nearest site that you can still reach before the danger arrives. It may be used for: { $hazards }.
why-room = One of the nearest sites that still have room. It may be used for: { $hazards }.
why-room-nearest = One of the nearest sites that still have room. No hazard is in force here.
second-farther = { $minutes } min farther
second-alike = about as far
second-zone = its way stays longer inside a danger zone
second-filling = nearer, but its last places are being taken
second-fuller = fuller ({ $percent } %)
passed-unsuited = { $name } was not chosen: the list does not say that it may be used for { $hazards }.
passed-full = { $name } was not chosen: it is full.
passed-closed = { $name } was not chosen: it is closed.
passed-filling = { $name } was not chosen: its last places are being taken.
passed-late = { $name } was not chosen: it cannot be reached any more before the danger arrives.

stay-cut-off = No safe way leads from here to a site. Go up: high ground or the upper floors of a solid building. Call 119 and say where you are.
stay-no-target = No site in this area's list may be used for: { $hazards }. Go up: high ground or the upper floors of a solid building.
stay-no-site = This area's list holds no site that may be used. If you feel in danger, go up: high ground or the upper floors of a solid building.
stay-too-late = It is too late to get out: the danger ({ $hazards }) may reach you on the way. Go up at once: the upper floors of a solid building. If there is none, go away from the water and up.

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
warn-leave =
    { $minutes ->
        [0] Leave at once by this way: later it will be cut off by the danger.
        [one] Leave by this way within one minute: later it will be cut off by the danger.
       *[other] Leave by this way within { $minutes } minutes: later it will be cut off by the danger.
    }
warn-unmapped = Nobody here knows how far the danger ({ $hazards }) comes, or when: there is no map of it. Leave at once, and make for high ground.
warn-wheels = For most of this way nothing is known about: { $what }.
warn-silent-alerts = No news of warnings from { $sources } for { $minutes } min. There may be newer warnings.
warn-silent-closures = No news of road closures from { $sources } for { $minutes } min. More roads may be closed.
warn-silent-shelter_reports = No news of open shelters from { $sources } for { $minutes } min. Some may be full or closed.
warn-unheard-alerts = No warnings have been received from { $sources } yet. There may be warnings that are not known here.
warn-unheard-closures = No road closures have been received from { $sources } yet. More roads may be closed.
warn-unheard-shelter_reports = No reports on open shelters have been received from { $sources } yet. Some may be full or closed.

lease-kept =
    { $party ->
        [one] { $name } keeps a place for you. Renew within { $minutes } min.
       *[other] { $name } keeps { $party } places for you. Renew within { $minutes } min.
    }
lease-next =
    { $party ->
        [one] Nearer places cannot take you, so { $name } keeps a place for you. Renew within { $minutes } min.
       *[other] Nearer places cannot take you, so { $name } keeps { $party } places for you. Renew within { $minutes } min.
    }
lease-moved =
    { $party ->
        [one] { $former } takes nobody any more. A place is kept for you at { $name }: go there now. Renew within { $minutes } min.
       *[other] { $former } takes nobody any more. { $party } places are kept for you at { $name }: go there now. Renew within { $minutes } min.
    }
lease-leave = { $name } takes nobody any more. Ask for another place.
lease-arrived =
    { $party ->
        [one] You have arrived at { $name }.
       *[other] You have arrived at { $name } ({ $party } persons).
    }
lease-full = None of these places has room for { $party }. Go on as you were told; no place is kept.
lease-capacity-unknown = It is not known how many people these places hold, so no place is kept. Go on as you were told.
lease-no-way = No place can be reached from there, so none is kept. Do as you were told.
lease-book-away = No place can be kept just now. Go on as you were told.

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
unknown-incline = slopes
unknown-width = width
unknown-kerb = kerbs

goal-yours = the place that you named
stop-pick-up = the next pick-up
why-given = This is the way to { $name }.
refused-goal-in-danger = Do not go to { $name }: danger is in force there ({ $hazards }). Go to the site that is named here instead.
refused-goal-full = { $name } is full. Go to the site that is named here instead.
refused-goal-closed = { $name } is closed. Go to the site that is named here instead.
refused-goal-off = No way that you can use leads to within 300 m of { $name }. Go to the site that is named here instead.
refused-through-danger = Do not set out for { $name }: every way there leads through danger ({ $hazards }). Go to the site that is named here instead.
refused-cut-off = No open way leads to { $name }. Go to the site that is named here instead.
refused-too-late = It is too late to set out for { $name }: danger would reach you on the way. Do what is named here instead.
warn-goal-announced = Danger has been announced for where you are going ({ $hazards }). Be ready to leave there in time.
warn-goal-hazard = A warning is in force where you are going ({ $hazards }). Nobody here knows whether that place is safe.
warn-goal-unsuited = The list does not say that { $name } may be used for { $hazards }.
warn-car = In a tsunami or an earthquake, flee on foot as a rule. Take a car only for those who cannot walk: whoever stands in a queue cannot get away.
warn-car-roads = The time is that of empty roads. Queues, and closures that nobody has reported, are not known.
warn-car-stay = This holds for a car only. Ask again on foot: there may be a way.
why-tour = In this order everybody is brought to safety by the shortest way.
why-tour-part = In this order most people are brought to safety. Some cannot be fetched by you: call 119 for them.
why-no-tour = None of them can be fetched safely. Call 119 for them, and bring yourself to safety.
left-in-danger = Danger is in force there ({ $hazards }). Do not go in; call 119 and say where they are.
left-off = No way that you can use leads to within 300 m.
left-cut-off = No open way leads there.
left-through-danger = Every way there leads through danger ({ $hazards }). Do not go in; call 119 and say where they are.
left-too-many = They are more than you can take at once. Share them among several pick-ups.
left-no-site = No site in this area's list may be used for what is in force here.
left-no-way-on = No safe way leads on from there.
left-too-late = It is too late for this tour: danger would reach you on the way. Call 119 and say where they are.
