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
{"route":"GET /either","requires":[{"kind":"either","either":[{"kind":"claim","claim":"plan","anyOf":["pro"]},{"kind":"group","anyOf":["admins"]}]}]}
]}`

var outcomes = map[bool]string{true: allow, false: deny}

func TestConditions(t *testing.T) {
	for _, c := range []struct {
		name, path string
		claims     object
		want       bool
		log        string
	}{
		{"text", "/reports", object{"plan": "pro"}, true, ""},
		{"another text", "/reports", object{"plan": "free"}, false,
			`"reason":"rights","missing":"claim plan is one of pro, 7, true","got":"claim plan is free"`},
		{"missing", "/reports", nil, false, `"got":"claim plan has no text"`},
		{"longer text", "/reports", object{"plan": "pro2"}, false, `"got":"claim plan is pro2"`},
		{"text in other letters", "/reports", object{"plan": "Pro"}, false, ""},
		{"text with a space", "/reports", object{"plan": "pro "}, false, `"got":"claim plan is pro%20"`},
		{"integer", "/reports", object{"plan": 7}, true, ""},
		{"integer as a string", "/reports", object{"plan": "7"}, true, ""},
		{"number with a fraction", "/reports", object{"plan": json.RawMessage("7.0")}, false,
			`"got":"claim plan has no text"`},
		{"number with an exponent", "/reports", object{"plan": json.RawMessage("7e0")}, false, ""},
		{"boolean", "/reports", object{"plan": true}, true, ""},
		{"the other boolean", "/reports", object{"plan": false}, false, ""},
		{"boolean as a string", "/reports", object{"plan": "true"}, true, ""},
		{"list", "/reports", object{"plan": []string{"pro"}}, false, `"got":"claim plan has pro"`},
		{"object", "/reports", object{"plan": object{"pro": true}}, false, `"got":"claim plan has no text"`},
		{"null", "/reports", object{"plan": json.RawMessage("null")}, false, ""},
		{"empty text", "/reports", object{"plan": ""}, false, ""},
		{"escaped text", "/reports", object{"plan": json.RawMessage(`"pr\u006f"`)}, true, ""},

		{"list that has it", "/safe", object{"amr": []string{"pwd", "mfa"}}, true, ""},
		{"list that lacks it", "/safe", object{"amr": []string{"pwd", "mfa2"}}, false,
			`"missing":"claim amr has mfa","got":"claim amr has pwd mfa2"`},
		{"text instead of a list", "/safe", object{"amr": "mfa"}, false, `"got":"claim amr is mfa"`},
		{"list with a number", "/safe", object{"amr": []any{7, "mfa"}}, true, ""},
		{"list with an object", "/safe", object{"amr": []any{"mfa", object{}}}, false, ""},
		{"list with a list", "/safe", object{"amr": []any{"mfa", []string{"mfa"}}}, false, ""},
		{"list with null", "/safe", object{"amr": []any{"mfa", nil}}, false, ""},
		{"empty list", "/safe", object{"amr": []string{}}, false, `"got":"claim amr has nothing"`},

		{"nested", "/deep", object{"app": object{"tier": "gold"}}, true, ""},
		{"whole name", "/deep", object{"app.tier": "gold"}, true, ""},
		{"whole name comes first", "/deep", object{"app.tier": "tin", "app": object{"tier": "gold"}}, false, ""},

		{"first alternative", "/either", object{"plan": "pro"}, true, ""},
		{"second alternative", "/either", object{"groups": []string{"admins"}}, true, ""},
		{"neither", "/either", object{"plan": "free", "groups": []string{"staff"}}, false,
			`"missing":"either claim plan is pro or group admins","got":"claim plan is free; groups: staff"`},
		{"neither, and nothing", "/either", nil, false, `"got":"claim plan has no text; groups: none"`},
	} {
		for _, perRequest := range []bool{false, true} {
			t.Run(c.name, func(t *testing.T) {
				f := newFixture(t, func(s *setup) { s.routes, s.config.PerRequest = conditions, perRequest })
				if got, want := f.outcome(t, on("GET", c.path, token(c.claims))), outcomes[c.want]; got != want {
					t.Errorf("got %s, want %s", got, want)
				}
				if !strings.Contains(f.log.String(), c.log) {
					t.Errorf("want %s in the log\n got %s", c.log, f.log)
				}
			})
		}
	}
}

// A hook can neither make a condition true nor make it false.
func TestConditionsSeeTheTokenAlone(t *testing.T) {
	f := newFixture(t, func(s *setup) { s.routes = conditions }, withHook(func(_ context.Context, c *Caller) error {
		c.Scopes, c.Groups, c.Roles = []string{"mfa"}, []string{"admins"}, nil
		return nil
	}))
	if got := f.outcome(t, on("GET", "/reports", token(object{"plan": "pro"}))); got != allow {
		t.Errorf("got %s", got)
	}
	if got := f.outcome(t, on("GET", "/safe", token(nil))); got != deny {
		t.Errorf("got %s", got)
	}
	if got := f.outcome(t, on("GET", "/either", token(nil))); got != allow { // of a group, which is the hook's to give
		t.Errorf("got %s", got)
	}
}
