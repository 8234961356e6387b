"""Which columns of a source the catalogue takes, by the names of the JPL SBDB Query API."""

FIELDS = (
    *("spkid", "full_name", "pdes", "name", "neo", "pha", "class", "orbit_id", "epoch", "a", "e", "i", "om", "w", "ma"),
    *("q", "tp", "per", "H", "G", "diameter", "albedo", "moid", "condition_code", "data_arc", "first_obs", "last_obs"),
    *("n_obs_used", "rms"),
)
SPKID = FIELDS.index("spkid")
