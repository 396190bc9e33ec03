package lambdahttp

import (
	"cmp"
	"context"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatehouse-cdk/gatehouse/internal/percent"
)

// authorized is the route that API Gateway chose for an event and authorized the caller for.
type authorized struct {
	verb     string            // of the request: the event does not tell whether the method is ANY
	resource string            // as API Gateway writes it: "/orders/{id}"
	params   map[string]string // undecoded
	located  bool              // whether the beginning of the resource's own part was found in the event's path
}

type authorizedKey struct{}

func authorizedRoute(ctx context.Context) (*authorized, bool) {
	a, ok := ctx.Value(authorizedKey{}).(*authorized)
	return a, ok
}

// withoutBasePath returns the path within the API. Behind a custom domain the event's path begins with the mapping's
// base path, or with the stage if the mapping names none. The resource does not, so it tells how many segments belong
// to the API. If the path is too short for the resource, or does not end in the value of the greedy parameter, it
// returns the whole path and false.
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

// cutDecoded removes a slash and the escaped form of a value from the end of a path. API Gateway gives values
// undecoded, but events written by hand often have them decoded.
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

// fits reports whether an undecoded path matches a resource as in API Gateway: slashes at either end do not count, a
// literal equals its segment byte by byte, and a parameter matches any segment that is not empty.
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
