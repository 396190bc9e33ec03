package plan

import (
	"strings"
	"testing"
)

// A grant names routes that IAM guards, and covers no other one of them.
func TestGrantable(t *testing.T) {
	p, err := New(Props{Authorizer: deciding(jwt()), Authorizers: map[string]*Authorizer{"partners": signing()},
		Routes: []Route{
			handle("GET /orders", fn),
			handle("GET /health", fn, Public{"probe"}),
			handle("GET /p/{id}", fn, GuardedBy{Name: "partners"}),
			handle("GET /p/{id}/items", fn, GuardedBy{Name: "partners"}),
			handle("POST /p", fn, GuardedBy{Name: "partners"}),
			handle("GET /q/{id}", fn, GuardedBy{Name: "partners"}),
			handle("GET /q/{id}/items", fn),
		}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		routes []string
		count  int
		want   string // of the error; "" for none
	}{
		{"one route", []string{"POST /p"}, 1, ""},
		{"a route twice", []string{"POST /p", "POST /p"}, 1, ""},
		{"a route below it too", []string{"GET /p/{id}", "GET /p/{id}/items"}, 2, ""},
		{"a route below it alone", []string{"GET /p/{id}/items"}, 1, ""},
		{"without the route below it", []string{"GET /p/{id}"}, 0,
			`a grant of "GET /p/{id}" also covers "GET /p/{id}/items"`},
		{"above a route of another guard", []string{"GET /q/{id}"}, 1, ""},
		{"a public route", []string{"GET /health"}, 0, `"GET /health" is public: every caller may call it`},
		{"a route of another guard", []string{"GET /orders"}, 0, "which does not look at IAM policies"},
		{"a route that does not exist", []string{"GET /p"}, 0, `there is no route "GET /p": IAM guards "GET /p/{id}", `},
		{"one that does not exist beside one that does", []string{"POST /p", "GET /p"}, 0, `there is no route "GET /p"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := p.Grantable(tt.routes)
			if len(got) != tt.count || (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %d routes, %v, want %d, %q", len(got), err, tt.count, tt.want)
			}
		})
	}
	p, err = New(table(nil))
	if err != nil {
		t.Fatal(err)
	}
	const want = "no route is guarded by an IAMAuthorizer"
	if got, err := p.Grantable([]string{"GET /x"}); got != nil || err == nil || err.Error() != want {
		t.Errorf("got %v, %v, want %q", got, err, want)
	}
}
