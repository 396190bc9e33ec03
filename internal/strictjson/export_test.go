package strictjson

// Samples are the seeds of the fuzz targets in the external tests.
var Samples = []string{sample, claims, event}
