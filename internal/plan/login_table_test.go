package plan

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/login"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/tablekeys"
)

func inTable(admins ...Access) Login {
	return loginOf(func(l *Login) { l.Table, l.Admins = &login.Table{}, admins })
}

func anyGroup(groups ...string) Access { return Requirement{Kind: access.Group, AnyOf: groups} }

// A login with a table has further routes, and the routes of administrators are guarded.
func TestRoutesOfALoginWithATable(t *testing.T) {
	six := []string{
		"GET /auth/login", "GET /auth/callback", "GET /auth/session", "GET /auth/session.js", "POST /auth/refresh",
		"POST /auth/logout",
	}
	more := append(six, "POST /auth/backchannel-logout", "GET /auth/sessions", "POST /auth/logout-all")
	for _, c := range []struct {
		name string
		l    Login
		want []string
	}{
		{"no administrators", inTable(), more},
		{"administrators", inTable(anyGroup("admins")), append(more, "GET /auth/subjects/{subject}/sessions: group admins",
			"POST /auth/subjects/{subject}/logout: group admins")},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := planned(t, c.l, nil)
			var got []string
			for _, r := range p.Routes {
				if r.Login == nil {
					continue
				}
				text := r.Pattern.String()
				if r.Guard != nil {
					text += ": " + JoinRequirements(r.Requires)
				} else if r.Reason != loginReason {
					t.Errorf("%s is public: %q", r.Pattern, r.Reason)
				}
				got = append(got, text)
				if r.Function != 2 {
					t.Errorf("%s: function %d", r.Pattern, r.Function)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if s := p.Siblings(); len(s) != 0 {
				t.Errorf("siblings: %v", s)
			}
		})
	}
}

// The scopes of a login's administrators are requested from the provider, like those of any route.
func TestScopesOfAdministrators(t *testing.T) {
	p := planned(t, inTable(anyScope("sessions:end")), nil)
	if got := p.LoginScopes(p.Logins[0]); !strings.Contains(strings.Join(got, " "), "sessions:end") {
		t.Errorf("the login asks for %q", got)
	}
}

func TestWrongTablesOfSessions(t *testing.T) {
	const at = `the Login at "/auth": TableSessions.`
	right := tablekeys.Keys{Partition: "pk", Sort: "sk", TTL: "ttl"}
	keyed := func(change func(*tablekeys.Keys)) Login {
		l, k := inTable(), right
		change(&k)
		l.Table.Of, l.Table.Name, l.Table.Keys = 1, "Shop/Sessions", &k
		return l
	}
	for _, c := range []struct {
		name   string
		l      Login
		change func(*Props)
		want   string
	}{
		{"right keys", keyed(func(*tablekeys.Keys) {}), nil, ""},
		{"keys that are not known yet", keyed(func(k *tablekeys.Keys) { k.TTL = "${Token[TOKEN.1]}" }), nil, ""},
		{"another partition key", keyed(func(k *tablekeys.Keys) { k.Partition = "id" }), nil,
			at + `Table Shop/Sessions has the partition key "id": want "pk" (the keys are of type String), or leave Table ` +
				`out for a table that the stack makes`},
		{"no sort key", keyed(func(k *tablekeys.Keys) { k.Sort = "" }), nil,
			at + `Table Shop/Sessions has the sort key "": want "sk"`},
		{"no expiry", keyed(func(k *tablekeys.Keys) { k.TTL = "" }), nil,
			at + `Table Shop/Sessions has the TTL attribute "": want "ttl"`},
		{"administrators of a claim", inTable(claim("role", "support")), nil, ""},
		{"open administration", inTable(Public{Reason: "x"}), nil,
			at + "Admins has Public, with which every caller could end " +
				"the sessions of others: require a scope, a group, a role or a claim"},
		{"an administrator's token", inTable(anyGroup("a"), Forward{}), nil, at + "Admins has ForwardAccessToken, and the " +
			"login's function calls nothing on behalf of an administrator: leave it out"},
		{"all callers", inTable(GuardedBy{Name: "ops"}), func(p *Props) {
			p.Authorizers = map[string]*Authorizer{"ops": sessionOf(*p.Authorizer.Session.Login, true)}
		}, at + `Admins requires nothing, so that each caller of the Session "ops" could end the sessions of others: ` +
			`require a scope, a group, a role or a claim`},
		{"all callers that a guard of one's own admits", inTable(GuardedBy{Name: "ops"}), func(p *Props) {
			p.Authorizers = map[string]*Authorizer{"ops": deciding(jwt())}
			p.Authorizers["ops"].Included = nil
		}, ""},
		{"a guard that is not there", inTable(GuardedBy{Name: "ops"}), nil,
			`route "GET /auth/subjects/{subject}/sessions": it is GuardedBy "ops", which is not among Props.Authorizers`},
		{"a back-channel logout without a table", loginOf(nil), func(p *Props) {
			p.Routes = append(p.Routes, handle("POST /auth/backchannel-logout", fn, Public{Reason: "the provider"}))
		}, `the Login at "/auth": route "POST /auth/backchannel-logout" answers a provider's back-channel logout, and ` +
			`CookieSessions keeps sessions in browsers alone, where nothing ends them but their browser: set Sessions to ` +
			`TableSessions{}, which answers "POST /auth/backchannel-logout"`},
		{"one that is there", inTable(), func(p *Props) {
			p.Routes = append(p.Routes, handle("POST /auth/backchannel-logout", fn, Public{Reason: "the provider"}))
		}, `route "POST /auth/backchannel-logout" is declared twice, as Routes[2] and as one of the Login at "/auth"`},
		{"two logins with one table", keyed(func(*tablekeys.Keys) {}), func(p *Props) {
			second := keyed(func(*tablekeys.Keys) {})
			second.Path, second.Cookie, second.Of = "/staff", "__Host-staff", "/staff"
			p.Authorizers = map[string]*Authorizer{"staff": sessionOf(second, true)}
			p.Routes = append(p.Routes, handle("GET /staff", fn, GuardedBy{Name: "staff"}))
		}, `the Login at "/auth" and the Login at "/staff" both keep their sessions in the table Shop/Sessions, so that a ` +
			`logout of a subject at one would end its sessions at the other: give each a Table of its own`},
		{"a wrong cookie", func() Login { l := inTable(); l.Cookie = "session"; return l }(), nil,
			at + `Cookie "session": want a name of at most 64 characters`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := New(table(func(p *Props) {
				p.Authorizer = sessionOf(c.l, true)
				if c.change != nil {
					c.change(p)
				}
			}))
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got\n%v\nwant\n%s", err, c.want)
			}
		})
	}
}
