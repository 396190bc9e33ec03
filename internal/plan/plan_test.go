package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestWrongRoutes(t *testing.T) {
	testRefusals(t, []refusal{
		{"a function that is nil", add(handle("GET /h", 0)), `route "GET /h": its function is nil`},
		{"no routes", func(p *Props) { p.Routes = nil }, "there are no Routes: an API needs at least one"},
		{"the same route twice",
			add(handle("GET /orders", fn)),
			`route "GET /orders" is declared twice, as Routes[0] and Routes[2]: leave one out, or join their ` +
				`requirements in one`},
		{"unknown verb",
			add(handle("FETCH /orders", fn)),
			`"FETCH /orders": unknown verb "FETCH": API Gateway has DELETE, GET`},
		{"lower-case verb", add(handle("get /orders", fn)), `verbs are written in upper case: "GET"`},
		{"no verb", add(handle("/orders", fn)), `write "ANY /orders" for every verb`},
		{"parameter named twice", add(handle("GET /a/{id}/b/{id}", fn)), `the parameter "id" is named twice`},
		{"two names at one place", add(handle("GET /c/{id}", fn), handle("POST /c/{order}", fn)),
			`pattern "POST /c/{order}" has {order} where "GET /c/{id}" has {id}`},
		{"greedy beside a parameter",
			add(handle("GET /d/{id}", fn), handle("GET /d/{rest+}", fn)),
			`pattern "GET /d/{rest+}" has {rest+} where "GET /d/{id}" has {id}`},
		{"a slash at the end",
			add(handle("GET /d/", fn)),
			`the path ends in a slash, which API Gateway ignores: write "GET /d"`},
		{"greedy not last", add(handle("GET /e/{rest+}/f", fn)), `the greedy parameter {rest+} is not last`},
		{"net/http's greedy", add(handle("GET /g/{rest...}", fn)), `API Gateway writes a greedy parameter {rest+}`},
		{"Express's parameter",
			add(handle("GET /orders/:id", fn)),
			`route "GET /orders/:id": segment ":id": API Gateway writes a parameter {id}`},
		{"a colon alone", add(handle("GET /orders/:", fn)), `segment ":": API Gateway writes a parameter {id}`},
		{"a segment that clients resolve",
			add(handle("GET /orders/../x", fn)),
			`route "GET /orders/../x": segment "..": clients resolve it before they send the request, so the route would ` +
				`not be called: write the path that is meant`},
		{"the segment of the folder itself", add(handle("GET /./x", fn)), `route "GET /./x": segment "."`},
		{"Flask's parameter",
			add(handle("GET /orders/<id>", fn)),
			`not '<': a parameter is {id}, and all that lies below is {proxy+}`},
		{"requirement without a value",
			add(handle("GET /q", fn, anyScope())),
			"a scope requirement without a value admits no caller"},
		{"two scopes in one text",
			add(handle("GET /r", fn, anyScope("a b"))),
			`route "GET /r": scope "a b": a space separates scopes (RFC 6749, section 3.3): name each alone`},
		{"more than a stack takes", func(p *Props) {
			for i := range 160 {
				p.Routes = append(p.Routes, handle(fmt.Sprintf("GET /r%d/x", i), fn))
			}
			crossOrigin(CORS{AllowOrigins: []string{"https://a.example.com"}})(p)
		}, "the table makes 646 resources (162 methods, 322 parts of paths, 162 preflights), " +
			"and a CloudFormation stack takes 500: make several APIs of it"},
	})
}

// An invalid authorizer is reported once, and not again for each route that it would guard.
func TestBrokenGuardIsSaidOnce(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Props)
		want   string
	}{
		{"the API's own", func(p *Props) { p.Authorizer = &Authorizer{Err: errors.New("it is a nil *x.Y")} },
			"Props.Authorizer: it is a nil *x.Y"},
		{"a further one that is nil", func(p *Props) {
			p.Authorizers = map[string]*Authorizer{"ops": nil}
			add(handle("GET /a", fn, GuardedBy{"ops"}), handle("GET /b", fn, GuardedBy{"ops"}))(p)
		}, `the authorizer "ops" of Authorizers is nil: give it a value, or take it out`},
		{"a further one with a name that is refused", func(p *Props) {
			p.Authorizers = map[string]*Authorizer{"a/b": signing()}
			add(handle("GET /a", fn, GuardedBy{"a/b"}))(p)
		}, `the name "a/b" in Authorizers: want one without slashes and spaces, as it becomes part of a construct id`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := New(table(tt.change)); err == nil || err.Error() != tt.want {
				t.Errorf("error\n\t%v\nwant\n\t%s", err, tt.want)
			}
		})
	}
}

// A reason that a group of routes repeats counts as one.
func TestPublicTwiceForOneReason(t *testing.T) {
	if _, err := New(table(add(handle("GET /j", fn, Public{"x"}, Public{"x"})))); err != nil {
		t.Error(err)
	}
}

func TestWrongGuards(t *testing.T) {
	testRefusals(t, []refusal{
		{
			"a type that does not restrict access",
			add(handle("GET /u", fn, Unsupported{"x.Y"})),
			"its Access holds a x.Y: use",
		},
		{"an authorizer of another type", func(p *Props) { p.Authorizer = &Authorizer{Err: fmt.Errorf("unsupported")} },
			`Props.Authorizer: unsupported`},
		{"a further authorizer of another type", func(p *Props) {
			p.Authorizers = map[string]*Authorizer{"ops": {Err: fmt.Errorf("unsupported")}}
		}, `the authorizer "ops" of Authorizers: unsupported`},
		{"an authorizer that is nil", func(p *Props) { p.Authorizers = map[string]*Authorizer{"ops": nil} },
			`the authorizer "ops" of Authorizers is nil`},
		{"a requirement that is not enforced", func(p *Props) { p.Authorizer = signing() },
			`route "GET /orders": it requires scope orders:read, which the API's Signing cannot enforce: your own Function`},
		{"no guard",
			func(p *Props) { p.Authorizer = nil },
			`route "GET /orders": no authorizer guards it: set Props.Authorizer, name one with GuardedBy, or ` +
				`open it with Public and a reason`},
		{"public without a reason", add(handle("GET /i", fn, Public{" "})), `route "GET /i": Public needs a reason`},
		{"public with a requirement",
			add(handle("GET /j", fn, Public{"x"}, anyScope("s"))),
			`it is Public and yet requires scope s: leave one of them out`},
		{"public for two reasons",
			add(handle("GET /j", fn, Public{"a check"}, Public{"the group's"})),
			`route "GET /j": it is Public twice, because of "a check" and of "the group's": say one reason, or join the two`},
		{"open to keys for two reasons",
			add(handle("GET /j", fn, KeyOnly{"a"}, KeyOnly{"b"})),
			`route "GET /j": it is KeyOnly twice, because of "a" and of "b"`},
		{"public and guarded",
			add(handle("GET /k", fn, Public{"x"}, GuardedBy{"y"})),
			`it is both Public and GuardedBy "y": leave one of them out`},
		{"two guards", add(handle("GET /l", fn, GuardedBy{"x"}, GuardedBy{"y"})), `it is GuardedBy both "x" and "y"`},
		{"unknown guard",
			add(handle("GET /m", fn, GuardedBy{"x"})),
			`it is GuardedBy "x", which is not among Props.Authorizers: it is empty; add it there, or write another name`},
		{"unused guard",
			func(p *Props) { p.Authorizers = map[string]*Authorizer{"ops": signing()} },
			`the Signing "ops" guards no route`},
		{"open parameter",
			add(handle("GET /orders/admin", fn), handle("ANY /orders/{id}", fn, Public{"lookup"})),
			`route "ANY /orders/{id}" is public and gets what "GET /orders/admin", which is guarded, does not ` +
				`take`},
		{"a token as scope",
			add(handle("GET /v", fn, anyScope("${Token[TOKEN.1]}/read"))),
			"the scope is a CDK token, whose value is not known yet when the function is bundled"},
		{"a guard's name with a slash",
			func(p *Props) { p.Authorizers = map[string]*Authorizer{"a/b": signing()} },
			`the name "a/b" in Authorizers: want one without slashes`},
		{"guarded OPTIONS",
			add(handle("OPTIONS /n", fn)),
			`route "OPTIONS /n": the API's Included would guard it, but a browser's preflight brings no ` +
				`credentials`},
		{"open greedy route",
			add(handle("ANY /{proxy+}", fn, Public{"front end"})),
			`route "ANY /{proxy+}" is public and gets what "GET /orders", which is guarded, does not take: ` +
				`DELETE, HEAD, OPTIONS, PATCH, POST, PUT /orders falls through to it; guard "ANY /{proxy+}" too, or ` +
				`add the missing verbs as guarded routes`},
		{"no cacheable policy", add(
			handle("GET /a/{id}", fn, anyScope("one")),
			handle("GET /a/{id}/b", fn, anyScope("two")),
			handle("GET /a/{id}/b/{c}", fn, anyScope("one")),
		),
			`the API's Included caches one policy for all routes, and no policy is right for some callers: a caller who may ` +
				`call "GET /a/{id}" and not "GET /a/{id}/b" gets a policy that denies`},
	})
}

func TestWrongConditions(t *testing.T) {
	testRefusals(t, []refusal{
		{"no name", add(handle("GET /a", fn, claim("", "x"))),
			`route "GET /a": a claim requirement without the name of the claim: name it, as in Claim("plan")`},
		{"empty text", add(handle("GET /a", fn, claim("plan", ""))),
			`route "GET /a": a claim requirement has an empty value, which no token brings: leave it out`},
		{"text twice", add(handle("GET /a", fn, claim("plan", "pro", "pro"))),
			`route "GET /a": the value "pro" of claim plan is listed twice: leave one out`},
		{"condition twice", add(handle("GET /a", fn, claim("plan", "pro"), claim("plan", "pro"))),
			`route "GET /a": it requires twice that claim plan is pro: leave one out`},
		{"two texts", add(handle("GET /a", fn, claim("plan", "pro"), claim("plan", "free"))),
			`route "GET /a": no token meets all that it requires, since a claim has one text: name the texts`},
		{"a token as text", add(handle("GET /a", fn, claim("plan", "${Token[TOKEN.1]}"))),
			`the claim is a CDK token, whose value is not known yet when the function is bundled: write it out`},
		{"a token as name", add(handle("GET /a", fn, claim("${Token[TOKEN.1]}", "pro"))),
			`the claim's name is a CDK token, whose value is not known yet when the function is bundled`},
		{"a token within Either",
			add(handle("GET /a", fn, Either{[]Access{anyScope("${Token[TOKEN.1]}"), claim("plan", "pro")}})),
			`the scope is a CDK token`},
		{"one alternative", add(handle("GET /a", fn, Either{[]Access{anyScope("s")}})),
			`route "GET /a": Either has 1 alternatives: name at least two, or write the requirement without Either`},
		{"no alternative", add(handle("GET /a", fn, Either{})), `route "GET /a": Either has 0 alternatives`},
		{"alternative twice", add(handle("GET /a", fn, Either{[]Access{anyScope("s"), anyScope("s")}})),
			`route "GET /a": Either has the alternative "scope s" twice: leave one out`},
		{"Public as an alternative", add(handle("GET /a", fn, Either{[]Access{anyScope("s"), Public{"x"}}})),
			`route "GET /a": its Either holds Public, which opens the route for every caller: leave the other`},
		{"GuardedBy as an alternative", add(handle("GET /a", fn, Either{[]Access{anyScope("s"), GuardedBy{"x"}}})),
			`route "GET /a": its Either holds GuardedBy("x"), and a method has one authorizer: write GuardedBy beside`},
		{"Either as an alternative", add(handle("GET /a", fn, Either{[]Access{anyScope("s"), Either{}}})),
			`route "GET /a": its Either holds another Either: name its alternatives in the outer one`},
		{"another type as an alternative", add(handle("GET /a", fn, Either{[]Access{anyScope("s"), Unsupported{"x.Y"}}})),
			`route "GET /a": its Either holds a x.Y: use AnyScope, AnyGroup, AnyRole, Claim or PathParameter`},
		{"parameter that the path lacks", add(handle("GET /a/{id}/{x}", fn, pathIs("user", "sub"))),
			`route "GET /a/{id}/{x}": it requires that the path's user is the caller's sub, and its path has no parameter ` +
				`"user": it has "id", "x"`},
		{"path without parameters", add(handle("GET /a", fn, pathIs("id", "sub"))),
			`route "GET /a": it requires that the path's id is the caller's sub, and its path has no parameter of one ` +
				`segment: write {id} into the path, or leave the requirement out`},
		{"greedy parameter", add(handle("GET /a/{rest+}", fn, pathIs("rest", "sub"))),
			`route "GET /a/{rest+}": the parameter {rest+} takes any number of segments, so that no claim can be compared ` +
				`with it: put a parameter of one segment before it, as in /{rest}/{rest+}`},
		{"parameter without a name", add(handle("GET /a/{id}", fn, pathIs("", "sub"))),
			`route "GET /a/{id}": a requirement on the path without the name of a parameter: ` +
				`name it, as in PathParameter("id")`},
		{"parameter of a claim without a name", add(handle("GET /a/{id}", fn, pathIs("id", ""))),
			`route "GET /a/{id}": a claim requirement without the name of the claim`},
		{"parameter twice", add(handle("GET /a/{id}", fn, pathIs("id", "sub"), pathIs("id", "sub"))),
			`route "GET /a/{id}": it requires twice that the path's id is the caller's sub: leave one out`},
		{"a token as a parameter's claim", add(handle("GET /a/{id}", fn, pathIs("id", "${Token[TOKEN.1]}"))),
			`the claim's name is a CDK token, whose value is not known yet when the function is bundled`},
		{"parameter within Either that the path lacks",
			add(handle("GET /a/{id}", fn, Either{[]Access{pathIs("user", "sub"), anyScope("s")}})),
			`route "GET /a/{id}": it requires that the path's user is the caller's sub, and its path has no parameter "user"`},
		{"more ways than are supported", add(handle("GET /{a}/{b}/{c}/{d}/{e}", fn, anyOfTwo("a", "b"), anyOfTwo("b", "c"),
			anyOfTwo("c", "d"), anyOfTwo("d", "e"), anyOfTwo("e", "a"))),
			`parameters of the path meet its requirements in 32 ways, and 16 are supported: name fewer alternatives`},
		{"no sound policy for a parameter", add(handle("GET /a/{x}/b/{id}/{rest+}", fn, pathIs("id", "sub"))),
			`the API's Included caches one policy for all routes, and no policy is right for some callers: a caller who may ` +
				`call "GET /a/{x}/b/{id}/{rest+}" for some values of its path's parameters gets a policy that denies ` +
				`GET/a/*/b/*/*/b/<sub>/?*, since the * of what allows "GET /a/{x}/b/{id}/{rest+}" matches it for other values; ` +
				`that denies GET /a/x/b/<sub>/x/x/b/<sub>/x too, a request to "GET /a/{x}/b/{id}/{rest+}", which this caller may ` +
				`make; put the parameter that a claim is compared with before other parameters, or set CacheTTL to NoCache`},
		{"resources too long", add(handle("GET /"+strings.Repeat("long/", 76)+"{id}", fn, pathIs("id", "sub"))),
			`has 532 characters with values of 64 characters for its parameters, and API Gateway takes 512: shorten the path`},
		{"a function of one's own", func(p *Props) {
			p.Authorizers = map[string]*Authorizer{"ops": signing()}
			add(handle("GET /a", fn, GuardedBy{"ops"}, claim("plan", "pro")))(p)
		}, `it requires claim plan is pro, which the Signing "ops" cannot enforce: your own Function decides alone, so ` +
			`nothing here enforces a claim: use JWT instead of Function`},
		{"Either and a function of one's own", func(p *Props) {
			p.Authorizers = map[string]*Authorizer{"ops": signing()}
			add(handle("GET /a", fn, GuardedBy{"ops"}, Either{[]Access{anyScope("s"), claim("plan", "pro")}}))(p)
		}, `so nothing here enforces alternatives of Either: use JWT instead of Function`},
		{"no cacheable policy", add(
			handle("GET /a/{id}", fn, claim("plan", "pro")),
			handle("GET /a/{id}/b", fn, claimHas("amr", "mfa")),
			handle("GET /a/{id}/b/{c}", fn, claim("plan", "pro")),
		), `no policy is right for some callers: a caller who may call "GET /a/{id}" and not "GET /a/{id}/b"`},
	})
	// No caller has two plans, so it does not matter that a policy cannot express the rights of such a caller.
	if _, err := New(table(add(
		handle("GET /a/{id}", fn, claim("plan", "pro")),
		handle("GET /a/{id}/b", fn, anyScope("s")),
		handle("GET /a/{id}/b/{c}", fn, claim("plan", "free")),
	))); err != nil {
		t.Error(err)
	}
}

// An app that builds its routes from a map has them in a different order each time. The function's code, and with it
// its version, must not differ.
func TestTheFilesOrderIsNotTheTables(t *testing.T) {
	var files []string
	for range 2 {
		p := table(add(handle("GET /orders/{id}", fn, anyScope("orders:read")), handle("DELETE /orders", fn)))
		if len(files) > 0 {
			slices.Reverse(p.Routes)
		}
		planned, err := New(p)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, string(planned.Guards[0].Table.Marshal()))
	}
	if files[0] != files[1] {
		t.Errorf("the tables differ:\n%s%s", files[0], files[1])
	}
}
