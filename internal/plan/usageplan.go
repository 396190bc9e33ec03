package plan

// UsagePlan limits the requests of each of its API keys. The fields are those of secureapi.UsagePlan.
type UsagePlan struct {
	Name       string
	RateLimit  float64
	BurstLimit int
	Quota      *Quota // nil for none
	Keys       []UsageKey
	Routes     map[string]RouteLimit // by pattern
	Of         string                // the path of the plan that the API joins; "" for one of its own
	OfSettings bool                  // Description is set beside Of
}

// settings reports whether anything but Of is set.
func (u UsagePlan) settings() bool {
	return u.Name != "" || u.RateLimit != 0 || u.BurstLimit != 0 || u.Quota != nil || len(u.Keys) > 0 ||
		len(u.Routes) > 0 || u.OfSettings
}

// Quota is how many requests a key has in a period.
type Quota struct {
	Limit, Offset int
	Period        string
}

// UsageKey is a key that the stack makes, or one that exists.
type UsageKey struct {
	Name     string
	Existing int  // numbers the keys that exist, from 1; 0 for one that the stack makes
	Settings bool // Description or Disabled is set
}

// RouteLimit is the limit of a route in a usage plan, for each key.
type RouteLimit struct {
	RateLimit  float64
	BurstLimit int
}

// periods of quotas.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html
var periods = []string{"DAY", "WEEK", "MONTH"}
