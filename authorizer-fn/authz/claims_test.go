package authz

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
)

// conditions is an access table with conditions on claims.
const conditions = `{"version":1,"routes":[
{"route":"GET /reports","requires":[{"kind":"claim","claim":"plan","anyOf":["pro","7","true"]}]},
{"route":"GET /safe","requires":[{"kind":"claimHas","claim":"amr","anyOf":["mfa"]}]},
{"route":"GET /deep","requires":[{"kind":"claim","claim":"app.tier","anyOf":["gold"]}]},
{"route":"GET /either","requires":[{"kind":"either","either":[
	{"kind":"claim","claim":"plan","anyOf":["pro"]},{"kind":"group","anyOf":["admins"]}]}]}
]}`

var outcomes = map[bool]string{true: allow, false: deny}

func TestConditions(t *testing.T) {
	for _, c := range []struct {
		name, path string
		claims     object
		want       bool
		log        string
	}{
		{"string", "/reports", object{"plan": "pro"}, true, ""},
		{"another string", "/reports", object{"plan": "free"}, false,
			`"reason":"rights","missing":"claim plan is one of pro, 7, true","got":"claim plan is free"`},
		{"missing", "/reports", nil, false, `"got":"claim plan has no text"`},
		{"longer string", "/reports", object{"plan": "pro2"}, false, `"got":"claim plan is pro2"`},
		{"string in another case", "/reports", object{"plan": "Pro"}, false, ""},
		{"string with a space", "/reports", object{"plan": "pro "}, false, `"got":"claim plan is pro%20"`},
		{"integer", "/reports", object{"plan": 7}, true, ""},
		{"integer as a string", "/reports", object{"plan": "7"}, true, ""},
		{"number with a fraction", "/reports", object{"plan": json.RawMessage("7.0")}, false,
			`"got":"claim plan has no text"`},
		{"number with an exponent", "/reports", object{"plan": json.RawMessage("7e0")}, false, ""},
		{"boolean", "/reports", object{"plan": true}, true, ""},
		{"another boolean", "/reports", object{"plan": false}, false, ""},
		{"boolean as a string", "/reports", object{"plan": "true"}, true, ""},
		{"list", "/reports", object{"plan": []string{"pro"}}, false, `"got":"claim plan has pro"`},
		{"object", "/reports", object{"plan": object{"pro": true}}, false, `"got":"claim plan has no text"`},
		{"null", "/reports", object{"plan": json.RawMessage("null")}, false, ""},
		{"empty string", "/reports", object{"plan": ""}, false, ""},
		{"escaped string", "/reports", object{"plan": json.RawMessage(`"pr\u006f"`)}, true, ""},

		{"list with the value", "/safe", object{"amr": []string{"pwd", "mfa"}}, true, ""},
		{"list without the value", "/safe", object{"amr": []string{"pwd", "mfa2"}}, false,
			`"missing":"claim amr has mfa","got":"claim amr has pwd mfa2"`},
		{"string instead of a list", "/safe", object{"amr": "mfa"}, false, `"got":"claim amr is mfa"`},
		{"list with a number", "/safe", object{"amr": []any{7, "mfa"}}, true, ""},
		{"list with an object", "/safe", object{"amr": []any{"mfa", object{}}}, false, ""},
		{"list with a list", "/safe", object{"amr": []any{"mfa", []string{"mfa"}}}, false, ""},
		{"list with null", "/safe", object{"amr": []any{"mfa", nil}}, false, ""},
		{"empty list", "/safe", object{"amr": []string{}}, false, `"got":"claim amr has nothing"`},

		{"nested claim", "/deep", object{"app": object{"tier": "gold"}}, true, ""},
		{"claim with a dot in its name", "/deep", object{"app.tier": "gold"}, true, ""},
		{"name with a dot has precedence", "/deep", object{"app.tier": "tin", "app": object{"tier": "gold"}}, false, ""},

		{"first alternative", "/either", object{"plan": "pro"}, true, ""},
		{"second alternative", "/either", object{"groups": []string{"admins"}}, true, ""},
		{"neither", "/either", object{"plan": "free", "groups": []string{"staff"}}, false,
			`"missing":"either claim plan is pro or group admins","got":"claim plan is free; groups: staff"`},
		{"neither, without claims", "/either", nil, false, `"got":"claim plan has no text; groups: none"`},
	} {
		for _, perRequest := range []bool{false, true} {
			t.Run(c.name, func(t *testing.T) {
				f := newFixture(t, func(s *setup) { s.routes, s.config.PerRequest = conditions, perRequest })
				if got, want := f.outcome(t, on("GET", c.path, token(c.claims))), outcomes[c.want]; got != want {
					t.Errorf("got %s, want %s", got, want)
				}
				if !strings.Contains(f.log.String(), c.log) {
					t.Errorf("got log %s, want %s in it", f.log, c.log)
				}
			})
		}
	}
}

// A hook cannot change whether a condition on a claim holds.
func TestConditionsIgnoreHookChanges(t *testing.T) {
	f := newFixture(t, func(s *setup) { s.routes = conditions }, withHook(func(_ context.Context, c *Caller) error {
		c.Scopes, c.Groups, c.Roles = []string{"mfa"}, []string{"admins"}, nil
		return nil
	}))
	if got := f.outcome(t, on("GET", "/reports", token(object{"plan": "pro"}))); got != allow {
		t.Errorf("/reports: got %s, want %s, because the token has the claim", got, allow)
	}
	if got := f.outcome(t, on("GET", "/safe", token(nil))); got != deny {
		t.Errorf("/safe: got %s, want %s, because the token lacks the claim", got, deny)
	}
	if got := f.outcome(t, on("GET", "/either", token(nil))); got != allow {
		t.Errorf("/either: got %s, want %s, because the hook adds the group", got, allow)
	}
}
