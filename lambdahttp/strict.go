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

// Strict answers 404 to requests that h could serve as another route than the one that API Gateway authorized, because
// h matches the path again, as http.ServeMux does. [Handler] and [Start] apply it to every handler that is not a [Mux].
//
// API Gateway matches a path as sent. A router that decodes or cleans the path, or treats a trailing slash differently,
// can arrive at another route: "GET /%61dmin" is authorized as /{proxy+}, and http.ServeMux serves it with the handler
// of /admin. Strict therefore refuses
//
//   - an escaped letter, digit, "-", ".", "_" or "~", which no client needs to escape (RFC 3986, section 2.3)
//   - an escaped slash, and a segment with an escape that decodes to a possible literal: "%24export" is "$export"
//   - empty segments, "." and ".."
//   - a trailing slash under a greedy parameter: "/files/" with a pattern "/files/{rest...}"
//   - HEAD, which http.ServeMux serves with a GET pattern even if API Gateway authorized it as ANY of another resource
//   - a path that does not match the event's resource
//
// Strict removes any other trailing slash, since API Gateway ignores it. It keeps other escapes in parameter values:
// %20, %40, %C3%A9. A Mux does not need Strict, and serves all of the requests above.
//
// The answer has the body {"message":"Not Found"}. A log line of slog.Default at level WARN has the resource and the
// reason, but not the path, which may contain a secret.
//
// Without an event, on another server, Strict applies the same rules except those that compare with a resource.
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

// refusal returns the reason why a router might serve a request as another route than the authorized one, or "" if it
// cannot.
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
		if reason := ambiguity(segment); reason != "" {
			return fmt.Sprintf("segment %d %s", i, reason)
		}
	}
	return ""
}

// ambiguity describes what is wrong with a segment that a router may read differently from API Gateway.
func ambiguity(segment string) string {
	switch segment {
	case "":
		return "is empty, and a router may clean it away"
	case ".", "..":
		return fmt.Sprintf("is %s, and a router may clean it away", segment)
	}
	// literal reports whether the decoded segment has only characters that API Gateway accepts in a resource.
	escaped, literal := false, true
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

// withPath returns a copy of r with another undecoded path.
func withPath(r *http.Request, raw string) *http.Request {
	copied := *r
	u := *r.URL
	u.RawPath = cmp.Or(raw, "/")
	u.Path, _ = url.PathUnescape(u.RawPath)
	copied.URL, copied.RequestURI = &u, u.RequestURI()
	return &copied
}

// notFound answers 404, and logs the reason.
func notFound(w http.ResponseWriter, r *http.Request, reason string) {
	logNotFound(r, reason)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte(`{"message":"Not Found"}` + "\n"))
}

// logNotFound logs why a request is not served, if it comes from API Gateway, which has authorized it.
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
