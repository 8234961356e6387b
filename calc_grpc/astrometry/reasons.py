"""Every word a problem of an observation file may carry, and what it means.

Clients branch on these words, so they never change their meaning. Most come from Find_Orb's list of what an importer
must name; ERROR means that the line, or with line 0 the file, is not used, WARNING that it deserves a look.
"""

from typing import Final

# The file as a whole
EMPTY_FILE: Final = "EMPTY_FILE"
BAD_ENCODING: Final = "BAD_ENCODING"
NO_OBSERVATIONS: Final = "NO_OBSERVATIONS"
TOO_MANY_PROBLEMS: Final = "TOO_MANY_PROBLEMS"
MIXED_OBJECTS: Final = "MIXED_OBJECTS"

# The shape of a line
BAD_COLUMNS: Final = "BAD_COLUMNS"
TAB_FOUND: Final = "TAB_FOUND"
BAD_CHARACTER: Final = "BAD_CHARACTER"
IGNORED_LINE: Final = "IGNORED_LINE"
REPAIRED: Final = "REPAIRED"

# What the fields say
BAD_DESIGNATION: Final = "BAD_DESIGNATION"
BAD_MODE: Final = "BAD_MODE"
BAD_DATE: Final = "BAD_DATE"
FUTURE_TIME: Final = "FUTURE_TIME"
BAD_RA: Final = "BAD_RA"
BAD_DEC: Final = "BAD_DEC"
BAD_SIGMA: Final = "BAD_SIGMA"
BAD_MAGNITUDE: Final = "BAD_MAGNITUDE"
UNKNOWN_BAND: Final = "UNKNOWN_BAND"
UNKNOWN_CATALOGUE: Final = "UNKNOWN_CATALOGUE"
UNKNOWN_STATION: Final = "UNKNOWN_STATION"
SITE_WITHOUT_POSITION: Final = "SITE_WITHOUT_POSITION"
BAD_POSITION: Final = "BAD_POSITION"
UNSUPPORTED_SYSTEM: Final = "UNSUPPORTED_SYSTEM"
MISSING_FIELD: Final = "MISSING_FIELD"

# Records that are read but not used
MISSING_SECOND_LINE: Final = "MISSING_SECOND_LINE"
RADAR_RECORD: Final = "RADAR_RECORD"
OFFSET_RECORD: Final = "OFFSET_RECORD"
OCCULTATION_RECORD: Final = "OCCULTATION_RECORD"
SUPERSEDED: Final = "SUPERSEDED"

# The frame of an ADES file
BAD_XML: Final = "BAD_XML"
UNSAFE_XML: Final = "UNSAFE_XML"
BAD_VERSION: Final = "BAD_VERSION"
BAD_HEADER: Final = "BAD_HEADER"
BAD_FIELD_COUNT: Final = "BAD_FIELD_COUNT"
BAD_ORDER: Final = "BAD_ORDER"
UNKNOWN_FIELD: Final = "UNKNOWN_FIELD"
REPEATED_FIELD: Final = "REPEATED_FIELD"
MISSING_CONTEXT: Final = "MISSING_CONTEXT"
MIXED_RECORDS: Final = "MIXED_RECORDS"

# One observation beside the others and the sky
DUPLICATE: Final = "DUPLICATE"
CONFLICT: Final = "CONFLICT"
BELOW_HORIZON: Final = "BELOW_HORIZON"
SUN_ABOVE_HORIZON: Final = "SUN_ABOVE_HORIZON"
SINGLE_POSITION: Final = "SINGLE_POSITION"
TOO_FEW_OBSERVATIONS: Final = "TOO_FEW_OBSERVATIONS"
ARC_TOO_SHORT: Final = "ARC_TOO_SHORT"

MEANINGS: Final[dict[str, str]] = {
    EMPTY_FILE: "The file holds nothing but blanks.",
    BAD_ENCODING: "Not UTF-8. A warning where only comments can suffer, an error for UTF-16.",
    NO_OBSERVATIONS: "The file, or one block of it, gives no observation.",
    TOO_MANY_PROBLEMS: "Reading stopped after 250,000 problems; nothing of the file is used.",
    MIXED_OBJECTS: "The file holds several objects; each is solved by itself.",
    BAD_COLUMNS: "The line does not have the 80-column shape: too short, too long, shifted, or something else.",
    TAB_FOUND: "A tabulator: columns cannot be counted.",
    BAD_CHARACTER: "A control character, or in 80-column data one outside ASCII.",
    IGNORED_LINE: "A comment or ruler that the format does not know; it has no effect.",
    REPAIRED: "Read only after a small deviation was corrected; the MPC would reject it.",
    BAD_DESIGNATION: "The object is not named, or not in a form the MPC knows.",
    BAD_MODE: "The way of measuring (column 15, `mode`) is not in the MPC's list.",
    BAD_DATE: "Not a date and time of the format, not in the calendar, or before 1600.",
    FUTURE_TIME: "The time lies in the future.",
    BAD_RA: "Not a right ascension of the format, or out of range.",
    BAD_DEC: "Not a declination of the format, or out of range; the sign is required in 80-column data.",
    BAD_SIGMA: "A stated uncertainty is not above zero, or a correlation not between -1 and 1.",
    BAD_MAGNITUDE: "Not a magnitude, or outside -5 to 35.",
    UNKNOWN_BAND: "The band is not in the MPC's list; a warning where a magnitude has none.",
    UNKNOWN_CATALOGUE: "The star catalogue is not in the MPC's list.",
    UNKNOWN_STATION: "The MPC has no station of this code.",
    SITE_WITHOUT_POSITION: "The station has no fixed place and the record does not give one.",
    BAD_POSITION: "The observer's position is not readable, inside the Earth or impossibly far.",
    UNSUPPORTED_SYSTEM: "The observer's position is given in a system or about a centre that is not read.",
    MISSING_FIELD: "A field is missing: an error for what a position needs, else a warning.",
    MISSING_SECOND_LINE: "One of the two lines of a satellite or roving observation is missing or does not fit.",
    RADAR_RECORD: "Radar measures delay and Doppler, not a sky position.",
    OFFSET_RECORD: "An offset from a planet, not a sky position.",
    OCCULTATION_RECORD: "An offset from an occulted star, not a sky position.",
    SUPERSEDED: "Filed by the MPC as replaced or deprecated; left out.",
    BAD_XML: "Not well-formed XML, or not ADES.",
    UNSAFE_XML: "A document type or entity declaration; refused unread.",
    BAD_VERSION: "The ADES version is missing or neither 2017 nor 2022.",
    BAD_HEADER: "A line of column names is missing or cannot be used.",
    BAD_FIELD_COUNT: "A record has more or fewer fields than its header.",
    BAD_ORDER: "Lines or elements in an order that ADES does not allow.",
    UNKNOWN_FIELD: "ADES has no field of this name; it is ignored.",
    REPEATED_FIELD: "A field is there twice.",
    MISSING_CONTEXT: "The block says too little about observatory, submitter, measurers or telescope.",
    MIXED_RECORDS: "Records of several types in one obsData.",
    DUPLICATE: "The same observation again; left out.",
    CONFLICT: "Another observation of the same object, station and time says something else; left out.",
    BELOW_HORIZON: "The position stood more than a degree below the station's horizon.",
    SUN_ABOVE_HORIZON: "The Sun stood above the station's horizon.",
    SINGLE_POSITION: "The only position of this object, station and night.",
    TOO_FEW_OBSERVATIONS: "Fewer than three observations of this object.",
    ARC_TOO_SHORT: "All observations of this object are of one night.",
}
