package lambdahttp

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/percent"
)

// Strict answers 404 to the requests that h could take for another route than the one that API Gateway authorized, when
// h matches the path once more, as http.ServeMux does. [Handler] and [Start] apply it to every handler that is not a
// [Mux].
//
// API Gateway matches a path as it was sent. A router that decodes it, cleans it or treats a slash at its end otherwise
// can come to another route: "GET /%61dmin" is authorized as /{proxy+}, and http.ServeMux serves it with the handler of
// /admin. So Strict refuses
//
//   - an escaped letter, digit, "-", ".", "_" or "~": RFC 3986, section 2.3, says that no client needs to escape them
//   - an escaped slash, and a segment with an escape that decodes to what could be a literal: "%24export" is "$export"
//   - empty segments, "." and ".."
//   - a slash at the end of a path under a greedy parameter: "/files/" with a pattern "/files/{rest...}"
//   - HEAD, which http.ServeMux gives to a GET pattern even if API Gateway authorized it as ANY of another resource
//   - a path that does not match the event's resource
//
// A slash at the end of any other path is taken away, since API Gateway ignores it. Other escapes in the values of
// parameters stay as they are: %20, %40, %C3%A9. A [Mux] needs none of this and serves all of the above.
//
// The answer has the body {"message":"Not Found"}, and a line of slog.Default at level WARN says why. The line has the
// resource and the reason, but not the path, which may hold a secret.
//
// Without an event, on another server, the same rules apply except for those that compare with a resource.
func Strict(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.EscapedPath()
		if reason := refusal(r, path); reason != "" {
			notFound(w, r, reason)
			return
		}
		if trimmed := strings.TrimRight(path, "/"); trimmed != path && path != "/" {
			r = withPath(r, trimmed)
		}
		h.ServeHTTP(w, r)
	})
}

// refusal is the reason why a router may serve a request as another route than the authorized one; "" if it cannot.
func refusal(r *http.Request, path string) string {
	route, event := authorizedRoute(r.Context())
	switch {
	case r.Method == http.MethodHead:
		return "http.ServeMux would serve HEAD with the handler of a GET pattern, which may be another route's"
	case event && route.resource == "":
		return "the event has no resource, so the authorized route is not known"
	case event && (!route.located || !fits(route.resource, path)):
		return "the path does not match the event's resource"
	case (!event || isGreedy(route.resource)) && strings.HasSuffix(path, "/") && path != "/":
		return "a router may take the slash at the end for a route below"
	case !strings.HasPrefix(path, "/"):
		return "the path does not start with a slash"
	}
	rest := strings.TrimRight(path[1:], "/")
	for i, more := 1, rest != ""; more; i++ {
		var segment string
		segment, rest, more = strings.Cut(rest, "/")
		if reason := hides(segment); reason != "" {
			return fmt.Sprintf("segment %d %s", i, reason)
		}
	}
	return ""
}

// hides says what is wrong with a segment that a router may read otherwise than API Gateway does.
func hides(segment string) string {
	switch segment {
	case "":
		return "is empty, and a router may clean it away"
	case ".", "..":
		return fmt.Sprintf("is %s, and a router may clean it away", segment)
	}
	escaped, literal := false, true // literal: decoded, it consists of what API Gateway takes in a resource's path part
	for i := 0; i < len(segment); i++ {
		c, ok := percent.Byte(segment[i:])
		if !ok {
			c = segment[i]
		} else {
			switch {
			case c == '/':
				return fmt.Sprintf("has an escaped slash, %s", segment[i:i+3])
			case isUnreserved(c):
				return fmt.Sprintf("escapes %q, which needs no escape, as %s", c, segment[i:i+3])
			}
			escaped = true
			i += 2
		}
		literal = literal && (isUnreserved(c) || c == ':' || c == '$')
	}
	if escaped && literal {
		return "has escapes and decodes to what can be a literal of another route"
	}
	return ""
}

// isUnreserved reports whether c is one of the unreserved characters of RFC 3986, section 2.3.
func isUnreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

// withPath is a copy of r with another path, undecoded.
func withPath(r *http.Request, raw string) *http.Request {
	copied := *r
	u := *r.URL
	u.RawPath = cmp.Or(raw, "/")
	u.Path, _ = url.PathUnescape(u.RawPath)
	copied.URL, copied.RequestURI = &u, u.RequestURI()
	return &copied
}

// notFound answers 404, and says why in the log.
func notFound(w http.ResponseWriter, r *http.Request, reason string) {
	logNotFound(r, reason)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte(`{"message":"Not Found"}` + "\n"))
}

// logNotFound says why a request is not served, if it comes from API Gateway, which has authorized it.
func logNotFound(r *http.Request, reason string) {
	route, event := authorizedRoute(r.Context())
	if !event {
		return
	}
	attrs := append([]slog.Attr{
		slog.String("reason", reason),
		slog.String("resource", route.resource),
		slog.String("httpMethod", route.verb),
	}, LogAttrs(r.Context())...)
	slog.Default().LogAttrs(r.Context(), slog.LevelWarn,
		"lambdahttp: answered 404 to a request that API Gateway authorized", attrs...)
}
