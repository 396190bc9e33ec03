package lambdahttp

import (
	"cmp"
	"context"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatehouse-cdk/gatehouse/internal/percent"
)

// authorized is the route that API Gateway chose for an event, and for which it let the caller through.
type authorized struct {
	verb     string            // of the request: the event does not say if the method is ANY
	resource string            // as API Gateway writes it: "/orders/{id}"
	params   map[string]string // undecoded
	located  bool              // the event's path has a place where the resource's own part begins
}

type authorizedKey struct{}

func authorizedRoute(ctx context.Context) (*authorized, bool) {
	a, ok := ctx.Value(authorizedKey{}).(*authorized)
	return a, ok
}

// withoutBasePath is the path as the API has it. Behind a custom domain the event's path begins with the mapping's base
// path, and with the stage where the mapping names none, while its resource does not. The resource says how many
// segments are the API's own. It reports false, with the whole path, where the path is too short for the resource or
// does not end in the value of the greedy parameter.
// Source: https://github.com/localstack/localstack/pull/12296,
// https://github.com/awslabs/aws-lambda-go-api-proxy/issues/82
func withoutBasePath(e events.APIGatewayProxyRequest) (string, bool) {
	own, path := strings.Trim(e.Resource, "/"), strings.TrimRight(e.Path, "/")
	if e.Resource == "" {
		return e.Path, false
	}
	if i := strings.LastIndex(own, "{"); i >= 0 && strings.HasSuffix(own, "+}") {
		value := strings.TrimRight(e.PathParameters[own[i+1:len(own)-2]], "/")
		greedy, ok := strings.CutSuffix(path, "/"+value)
		if !ok {
			if greedy, ok = cutDecoded(path, value); !ok {
				return e.Path, false
			}
		}
		own, path = strings.TrimSuffix(own[:i], "/"), greedy
	}
	start := len(path)
	if own != "" {
		for range strings.Count(own, "/") + 1 {
			if start = strings.LastIndexByte(path[:start], '/'); start < 0 {
				return e.Path, false
			}
		}
	}
	return cmp.Or(e.Path[start:], "/"), true
}

// cutDecoded cuts from a path a slash and, after it, the escaped form of a value. API Gateway gives values undecoded;
// events written by hand often have them decoded.
func cutDecoded(path, value string) (string, bool) {
	i := len(path)
	for k := len(value) - 1; k >= 0; k-- {
		c, escaped := percent.Byte(path[max(i-3, 0):i])
		switch {
		case escaped:
			i -= 3
		case i >= 1:
			c, i = path[i-1], i-1
		}
		if c != value[k] {
			return "", false
		}
	}
	return strings.CutSuffix(path[:i], "/")
}

// fits reports whether a path, undecoded, matches a resource as API Gateway matches it: slashes at either end do not
// count, a literal equals its segment byte by byte, and a parameter takes what is not empty.
func fits(resource, path string) bool {
	resource, path = strings.Trim(resource, "/"), strings.Trim(path, "/")
	for resource != "" {
		want, restOfResource, _ := strings.Cut(resource, "/")
		if path == "" {
			return false
		}
		if strings.HasPrefix(want, "{") && strings.HasSuffix(want, "+}") {
			return true
		}
		got, restOfPath, _ := strings.Cut(path, "/")
		if parameter := strings.HasPrefix(want, "{"); parameter && got == "" || !parameter && got != want {
			return false
		}
		resource, path = restOfResource, restOfPath
	}
	return path == ""
}

func isGreedy(resource string) bool { return strings.HasSuffix(resource, "+}") }
