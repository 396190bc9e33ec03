package secureapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// siblingWarnings returns the warnings about siblings of an API.
func siblingWarnings(api *secureapi.API) (found []string) {
	for _, entry := range *api.Node().Metadata() {
		if text, ok := entry.Data.(string); ok && *entry.Type == "aws:cdk:warning" && strings.Contains(text,
			secureapi.SiblingsWarning) {
			found = append(found, text)
		}
	}
	return found
}

func TestSiblingWarnings(t *testing.T) {
	admin, read := secureapi.AnyScope("admin"), secureapi.AnyScope("orders:read")
	partners := func(p *secureapi.Props) {
		p.Authorizers = map[string]secureapi.Authorizer{"partners": secureapi.IAMAuthorizer{}}
	}
	for _, tt := range []struct {
		name   string
		routes map[string][]secureapi.Access
		change func(*secureapi.Props)
		want   []string // of the one warning; none: no warning
	}{
		{name: "a stricter literal beside a greedy parameter",
			routes: map[string][]secureapi.Access{"GET /admin": {admin}, "GET /{proxy+}": nil},
			want: []string{`secureapi: Shop/Api: the function Shop/Fn answers "GET /{proxy+}", ` +
				`for all callers of the API's TokenAuthorizer, ` +
				`and "GET /admin", `,
				`for scope admin by the API's TokenAuthorizer`, `authorizes GET /%61dmin as "GET /{proxy+}"`,
				"route by the event's resource and httpMethod",
				`acknowledge "gatehouse:siblingRoutes"`}},
		{name: "a public greedy parameter", // both routes have only GET
			routes: map[string][]secureapi.Access{"ANY /admin": {admin}, "GET /{proxy+}": {secureapi.Public("pages")}},
			want:   []string{`"GET /{proxy+}", for everyone`}},
		{name: "a stricter literal beside a parameter",
			routes: map[string][]secureapi.Access{"GET /users/me": {read}, "GET /users/{id}": {admin}},
			want:   []string{`GET /users/%6de as "GET /users/{id}"`}},
		{name: "two pairs", routes: map[string][]secureapi.Access{"GET /admin": {admin}, "GET /root": {admin},
			"GET /{proxy+}": nil},
			want: []string{"(and 1 more pairs of routes)"}},
		{name: "another guard", change: partners,
			routes: map[string][]secureapi.Access{"GET /users/me": {secureapi.GuardedBy("partners")},
				"GET /users/{id}": nil},
			want: []string{`for all callers of the IAMAuthorizer "partners"`}},
		{name: "HEAD on ANY beside GET", routes: map[string][]secureapi.Access{"GET /a": {admin}, "ANY /a": nil},
			want: []string{`authorizes HEAD /a as "ANY /a"`}},

		{name: "the same requirement", routes: map[string][]secureapi.Access{"GET /users/me": {read},
			"GET /users/{id}": {read}}},
		{name: "a literal for more callers", routes: map[string][]secureapi.Access{"GET /users/me": nil,
			"GET /users/{id}": {read}}},
		{name: "a literal for more scopes", routes: map[string][]secureapi.Access{
			"GET /users/me": {secureapi.AnyScope("orders:read", "admin")}, "GET /users/{id}": {admin}}},
		{name: "a public literal", routes: map[string][]secureapi.Access{"GET /health": {secureapi.Public("probe")},
			"GET /{proxy+}": nil}},
		{name: "no siblings", routes: map[string][]secureapi.Access{"GET /orders": {read}, "GET /orders/{id}": nil}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stack := newStack()
			f := backend(stack, "Fn")
			api := shop(stack, func(p *secureapi.Props) {
				if tt.change != nil {
					tt.change(p)
				}
				p.Routes = nil
				for pattern, access := range tt.routes {
					p.Routes = append(p.Routes, secureapi.Handle(pattern, f, access...))
				}
			})
			got := siblingWarnings(api)
			if len(got) != min(len(tt.want), 1) {
				t.Fatalf("got the warnings %q, want %d", got, min(len(tt.want), 1))
			}
			for _, want := range tt.want {
				if !strings.Contains(got[0], want) {
					t.Errorf("got the warning %s\nwant %s in it", got[0], want)
				}
			}
		})
	}
}

func TestSiblingsWithoutWarning(t *testing.T) {
	props := func(one, other func(awscdk.Stack) secureapi.Route) func(awscdk.Stack) *secureapi.API {
		return func(stack awscdk.Stack) *secureapi.API {
			return shop(stack, func(p *secureapi.Props) { p.Routes = []secureapi.Route{one(stack), other(stack)} })
		}
	}
	t.Run("different functions", func(t *testing.T) {
		api := props(
			func(s awscdk.Stack) secureapi.Route {
				return secureapi.Handle("GET /admin", backend(s, "A"), secureapi.AnyScope("admin"))
			},
			func(s awscdk.Stack) secureapi.Route { return secureapi.Handle("GET /{proxy+}", backend(s, "B")) },
		)(newStack())
		if got := siblingWarnings(api); got != nil {
			t.Errorf("got the warnings %q, want none", got)
		}
	})
	t.Run("acknowledged", func(t *testing.T) {
		stack := newStack()
		f := backend(stack, "Fn")
		api := shop(stack, func(p *secureapi.Props) {
			p.Routes = []secureapi.Route{
				secureapi.Handle("GET /admin", f, secureapi.AnyScope("admin")),
				secureapi.Handle("GET /{proxy+}", f),
			}
		})
		awscdk.Annotations_Of(api).AcknowledgeWarning(jsii.String(secureapi.SiblingsWarning),
			jsii.String("routes by event.resource"))
		if got := siblingWarnings(api); got != nil {
			t.Errorf("got the warnings %q, want none", got)
		}
	})
	t.Run("not built, because the stack is not selected", func(t *testing.T) {
		stack := newStack()
		f := gofunction.New(stack, "Fn", &gofunction.Props{Package: "example.com/not/built"})
		api := shop(stack, func(p *secureapi.Props) {
			p.Routes = []secureapi.Route{
				secureapi.Handle("GET /admin", f, secureapi.AnyScope("admin")),
				secureapi.Handle("GET /{proxy+}", f),
			}
		})
		if got := siblingWarnings(api); got != nil {
			t.Errorf("got the warnings %q, want none", got)
		}
	})
}

func TestDenyEscapedPaths(t *testing.T) {
	for _, deny := range []bool{false, true} {
		stack := newStack()
		shop(stack, func(p *secureapi.Props) {
			a := tokens()
			a.JWT.DenyEscapedPaths = deny
			p.Authorizer = a
		})
		text := fmt.Sprint(*assertions.Template_FromStack(stack, nil).ToJSON())
		if strings.Contains(text, `"denyEscapedPaths":true`) != deny {
			t.Errorf("DenyEscapedPaths %v: in the function's environment: got %v", deny, !deny)
		}
	}
}
