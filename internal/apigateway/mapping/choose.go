package mapping

import (
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// byType holds templates by media type: application/json first, then in order.
type byType[T any] []typed[T]

type typed[T any] struct {
	mediaType string
	template  T
}

// parseTemplates reads a map of templates.
func parseTemplates[T any](m map[string]string, parse func(string) (T, error)) (byType[T], error) {
	var out byType[T]
	names := slices.Sorted(maps.Keys(m))
	slices.SortStableFunc(names, func(x, y string) int {
		switch xJSON, yJSON := exchange.MediaType(x) == jsonType, exchange.MediaType(y) == jsonType; {
		case xJSON && !yJSON:
			return -1
		case yJSON && !xJSON:
			return 1
		}
		return 0
	})
	for _, name := range names {
		t, err := parse(m[name])
		if err != nil {
			return nil, err
		}
		out = append(out, typed[T]{strings.ToLower(strings.TrimSpace(name)), t})
	}
	return out, nil
}

const jsonType = "application/json"

// forHeader returns the template for the media type of a header.
func (l byType[T]) forHeader(header string) (t typed[T], ok bool) {
	name := exchange.MediaType(header)
	for _, candidate := range l {
		if exchange.MediaType(candidate.mediaType) == name {
			return candidate, true
		}
	}
	return t, false
}

// forAccept returns the template for an answer: the one for the first type in the Accept header, else the one for
// application/json, else the first. ok is false if there are no templates.
// Source: "Select mapping templates" in
// https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
func (l byType[T]) forAccept(r *exchange.Request) (t typed[T], ok bool) {
	if t, ok := l.forHeader(r.Headers.First("Accept")); ok {
		return t, true
	}
	if len(l) == 0 {
		return t, false
	}
	return l[0], true
}
