package lambdahttp

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Strict passes a ServeMux the requests that it routes as API Gateway did, and answers 404 to the others: contract
// line 56.
func TestStrict(t *testing.T) {
	router := http.NewServeMux()
	for _, pattern := range []string{
		"GET /admin", "GET /admin/{rest...}",
		"GET /users/me", "GET /users/$export", "GET /users/a:b", "GET /users/{id}",
		"GET /files", "GET /files/{rest...}",
		"/{rest...}",
	} {
		router.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "%s %s %s", r.Pattern, r.PathValue("id"), r.URL.EscapedPath())
		})
	}
	for _, tt := range []struct {
		name, verb, resource, path, value string // value of the one parameter
		want                              string // the body; "" for 404
		reason                            string // in the log
	}{
		{"literal", "GET", "/admin", "/admin", "", "GET /admin  /admin", ""},
		{"literal, slash at the end", "GET", "/admin", "/admin/", "", "GET /admin  /admin", ""},
		{"literal, slashes at the end", "GET", "/files", "/files///", "", "GET /files  /files", ""},
		{"root, slashes", "GET", "/", "//", "", "/{rest...}  /", ""},
		{"parameter", "GET", "/users/{id}", "/users/7", "7", "GET /users/{id} 7 /users/7", ""},
		{"space in a parameter", "GET", "/users/{id}", "/users/Ann%20Lee", "Ann%20Lee",
			"GET /users/{id} Ann Lee /users/Ann%20Lee", ""},
		{"letters beyond ASCII", "GET", "/users/{id}", "/users/Andr%C3%A9", "Andr%C3%A9",
			"GET /users/{id} André /users/Andr%C3%A9", ""},
		{"an address", "GET", "/users/{id}", "/users/a%40example.com", "a%40example.com",
			"GET /users/{id} a@example.com /users/a%40example.com", ""},
		{"a percent sign", "GET", "/users/{id}", "/users/100%25", "100%25", "GET /users/{id} 100% /users/100%25", ""},
		{"escaped twice", "GET", "/users/{id}", "/users/%256De", "%256De", "GET /users/{id} %6De /users/%256De", ""},
		{"greedy", "GET", "/{proxy+}", "/a%20b/c", "a%20b/c", "/{rest...}  /a%20b/c", ""},
		{"escaped colon in a value that is not a literal", "GET", "/users/{id}", "/users/a%3Ab%20c", "a%3Ab%20c",
			"GET /users/{id} a:b c /users/a%3Ab%20c", ""},
		{"base path", "GET", "/users/{id}", "/shop/users/7", "7", "GET /users/{id} 7 /users/7", ""},

		{"escaped letter of a literal", "GET", "/{proxy+}", "/%61dmin", "%61dmin", "",
			`segment 1 escapes 'a', which needs no escape, as %61`},
		{"escaped letter of a literal, second segment", "GET", "/users/{id}", "/users/%6De", "%6De", "",
			`segment 2 escapes 'm', which needs no escape, as %6D`},
		{"escaped letter, small hex digits", "GET", "/users/{id}", "/users/%6de", "%6de", "", `as %6d`},
		{"escaped letter in a value that is not a literal", "GET", "/users/{id}", "/users/caf%C3%A9%61", "caf%C3%A9%61", "",
			`escapes 'a'`},
		{"escaped dollar of a literal", "GET", "/users/{id}", "/users/%24export", "%24export", "",
			"can be a literal of another route"},
		{"escaped colon of a literal", "GET", "/users/{id}", "/users/a%3Ab", "a%3Ab", "",
			"can be a literal of another route"},
		{"escaped slash", "GET", "/users/{id}", "/users/1%2Fadmin", "1%2Fadmin", "",
			"segment 2 has an escaped slash, %2F"},
		{"escaped slash, small", "GET", "/users/{id}", "/users/1%2fadmin", "1%2fadmin", "", "an escaped slash, %2f"},
		{"escaped dots", "GET", "/{proxy+}", "/x/%2e%2e/admin", "x/%2e%2e/admin", "", `escapes '.'`},
		{"dots", "GET", "/{proxy+}", "/x/../admin", "x/../admin", "", "segment 2 is .., and"},
		{"one dot", "GET", "/{proxy+}", "/./admin", "./admin", "", "segment 1 is ., and"},
		{"two slashes", "GET", "/{proxy+}", "/users//me", "users//me", "", "segment 2 is empty"},
		{"slash at the end of a greedy parameter", "GET", "/{proxy+}", "/files/", "files/", "", "the slash at the end"},
		{"slash at the end that is not in the parameter", "GET", "/{proxy+}", "/files/", "files", "",
			"the slash at the end"},
		{"HEAD of ANY", "HEAD", "/{proxy+}", "/admin", "admin", "", "HEAD"},
		{"another path than the resource's", "GET", "/users/{id}", "/admin/x", "x", "",
			"does not match the event's resource"},
		{"a shorter path", "GET", "/users/{id}", "/users", "", "", "does not match the event's resource"},
		{"a value that is not in the path", "GET", "/files/{proxy+}", "/files/a", "b", "",
			"does not match the event's resource"},
		{"a slash in place of a segment", "GET", "/users/{id}", "//users", "", "", "does not match the event's resource"},
		{"an empty segment in place of a parameter", "GET", "/a/{id}/c", "/a//c", "", "",
			"does not match the event's resource"},
		{"no resource", "GET", "", "/admin", "", "", "the event has no resource"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			log := captured(t, func() {
				got := invoke(t, router, tt.verb, tt.resource, tt.path, map[string]string{"id": tt.value,
					"proxy": tt.value})
				if tt.want == "" {
					wantNotFound(t, got)
				} else if got.Body != tt.want || got.StatusCode != 200 {
					t.Errorf("got  %d %s\nwant 200 %s", got.StatusCode, got.Body, tt.want)
				}
			})
			if !strings.Contains(log, tt.reason) || (log == "") != (tt.reason == "") {
				t.Errorf("got log %s, want %q", log, tt.reason)
			}
			route := fmt.Sprintf(`"resource":%q,"httpMethod":%q`, tt.resource, tt.verb)
			if log != "" && !strings.Contains(log, route) {
				t.Errorf("got log %s, want %s", log, route)
			}
		})
	}
}

func TestStrictWithoutEvent(t *testing.T) {
	h := Strict(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.EscapedPath()) }))
	for target, want := range map[string]int{
		"/": 200, "/a": 200, "/a%20b": 200, "/%61": 404, "/a/": 404, "/a/../b": 404, "/a%2Fb": 404,
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", target, nil))
		if w.Code != want {
			t.Errorf("%s: got %d, want %d", target, w.Code, want)
		}
	}
}

// Strict refuses the escapes that no client needs: those of unreserved characters (RFC 3986, section 2.3) and of the
// slash. It also refuses a segment with escapes if all of its characters can be those of a literal.
func TestEscapesThatStrictRefuses(t *testing.T) {
	const unreserved = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
	for c := range 256 {
		char := string([]byte{byte(c)})
		for _, escape := range []string{fmt.Sprintf("%%%02x", c), fmt.Sprintf("%%%02X", c)} {
			for segment, want := range map[string]bool{
				"a%20" + escape: strings.Contains(unreserved+"/", char),
				"a" + escape:    strings.Contains(unreserved+"/:$", char),
			} {
				if reason := ambiguity(segment); (reason != "") != want {
					t.Errorf("%s: got %q, want it refused: %t", segment, reason, want)
				}
			}
		}
		if want := c == '.'; (ambiguity(char) != "") != want {
			t.Errorf("%q: got %q, want it refused: %t", char, ambiguity(char), want)
		}
	}
}
