package strictjson

// Samples are texts that the fuzz targets, which are in the package's external tests, begin with.
var Samples = []string{sample, claims, event}
