package plan

// UsagePlan limits the requests of each of its API keys. The fields are those of secureapi.UsagePlan.
type UsagePlan struct {
	Name       string
	RateLimit  float64
	BurstLimit int
	Quota      *Quota // may be nil
	Keys       []UsageKey
	Routes     map[string]RouteLimit // by pattern
	Of         string                // the path of the plan that the API joins; "" for a plan of its own
	OfSettings bool                  // Description is set beside Of
}

// settings reports whether any field other than Of is set.
func (u UsagePlan) settings() bool {
	return u.Name != "" || u.RateLimit != 0 || u.BurstLimit != 0 || u.Quota != nil || len(u.Keys) > 0 ||
		len(u.Routes) > 0 || u.OfSettings
}

// Quota limits how many requests a key has in a period.
type Quota struct {
	Limit, Offset int
	Period        string
}

// UsageKey is a key that the stack creates, or an existing one.
type UsageKey struct {
	Name     string
	Existing int  // numbers the existing keys from 1; 0 for a key that the stack creates
	Settings bool // Description or Disabled is set
}

// RouteLimit is the limit for a route in a usage plan, for each key.
type RouteLimit struct {
	RateLimit  float64
	BurstLimit int
}

// periods are the periods that a quota may have.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html
var periods = []string{"DAY", "WEEK", "MONTH"}
