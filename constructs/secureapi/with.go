package secureapi

import "slices"

// With returns routes with further words: a group of routes that share an authorizer, a requirement or a reason. The
// words are appended to what each route has, and mean what they mean there: requirements add up (AND), and what
// contradicts a route's own words is refused. Groups can be nested. The routes that are given stay as they are.
//
//	Routes: slices.Concat(
//		secureapi.With([]secureapi.Access{secureapi.GuardedBy("partners"), secureapi.AnyScope("partner")},
//			secureapi.Handle("GET /deliveries", deliveries),
//			secureapi.Handle("POST /deliveries", deliveries, secureapi.AnyScope("deliveries:write")),
//		),
//		secureapi.With([]secureapi.Access{secureapi.Public("the shop's pages")},
//			secureapi.Handle("GET /", pages),
//			secureapi.Handle("GET /about", pages),
//		),
//	),
func With(words []Access, routes ...Route) []Route {
	out := slices.Clone(routes)
	for i, r := range out {
		out[i].Access = slices.Concat(r.Access, words)
	}
	return out
}
