package secureapi

import "slices"

// With returns routes with additional words, for a group of routes that share an authorizer, a requirement or a reason.
// It appends the words to those that each route has. Requirements add up (AND), and contradictions are refused. Groups
// can be nested. With does not change the routes that it is given.
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
