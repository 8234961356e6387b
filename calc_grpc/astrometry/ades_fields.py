"""Names of ADES: fields of records, groups and lines of headers.

Reference: general.xsd and submit.xsd of IAU-ADES/ADES-Master, 2025.
"""

from typing import Final

_GROUPS = """
observatory submitter observers measurers telescope software coinvestigators collaborators fundingSource comment
"""
_OPTICAL = """
permID provID artSat trkSub obsSubID mode stn sys ctr pos1 pos2 pos3 vel1 vel2 vel3 posCov11 posCov12 posCov13
posCov22 posCov23 posCov33 obsTime rmsTime ra dec rmsRA rmsDec rmsCorr astCat mag rmsMag band fltr photCat photAp
logSNR seeing exp rmsFit nStars disc uncTime notes remarks
"""
_OTHERS = """
prog obsID trkID trkMPC trx rcv raStar decStar obsCenter deltaRA deltaDec dist pa rmsDist rmsPA delay rmsDelay doppler
rmsDoppler frq com nucMag shapeOcc ref subFrm subFmt precTime precRA precDec deprecated localUse orbProd orbID resRA
resDec selAst sigRA sigDec sigCorr sigTime biasRA biasDec biasTime photProd resMag selPhot sigMag biasMag photMod
resDelay selDelay sigDelay resDoppler selDoppler sigDoppler
"""

VERSIONS: Final = frozenset({"2017", "2022"})
RECORD_TYPES: Final = frozenset({"optical", "offset", "occultation", "radar"})
CONTEXT_NEEDED: Final = ("observatory", "submitter", "measurers", "telescope")
GROUPS: Final = frozenset(_GROUPS.split())
OPTICAL_ORDER: Final = tuple(_OPTICAL.split())  # of submit.xsd
FIELD_NAMES: Final = frozenset(OPTICAL_ORDER) | frozenset(_OTHERS.split())  # and what archives add
FIELD_OF_LOWER_NAME: Final = {name.lower(): name for name in FIELD_NAMES}
