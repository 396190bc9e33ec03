package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Streamed sends an answer to the caller while it is written, and not once it is whole.
type Streamed struct{}

var _ Word = Streamed{}

func (Streamed) isAccess()    {}
func (Streamed) word() string { return "Streamed" }

func (Streamed) addTo(r *PlannedRoute) (errs []error) {
	if r.Buffers {
		errs = append(errs, errors.New("it is Streamed, and its IntegrationOptions set ResponseTransferMode to "+
			"BUFFERED: leave one of them out"))
	}
	r.Streams = true
	return errs
}

// MaxStream is the longest time for which API Gateway streams an answer.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
const MaxStream = 15 * time.Minute

// checkStreamed refuses settings of streamed routes that need the whole answer.
func (p *Plan) checkStreamed() (errs []error) {
	for _, r := range p.Routes {
		if !r.Streams {
			continue
		}
		if r.Timeout > MaxStream {
			errs = append(errs, fmt.Errorf("route %q: its IntegrationOptions set Timeout to %s, and API Gateway "+
				"streams an answer for up to %s: leave Timeout out, which means that maximum", r.Pattern, r.Timeout, MaxStream))
		}
		if p.props.RestAPI != nil && p.props.RestAPI.Compresses {
			errs = append(errs, fmt.Errorf("route %q: it is Streamed, and RestApiProps have MinCompressionSize, with which API "+
				"Gateway compresses whole answers: leave it out, and compress in the function", r.Pattern))
		}
	}
	return errs
}

// StreamedRoutes returns the routes of a function whose answers are streamed and buffered, by verb and path, in the
// form that the function reads. An ANY beside another method of its path is written as the verbs that are left for
// it.
func (p *Plan) StreamedRoutes(function int) (streamed, buffered []string) {
	for r := range p.Sorted() {
		if r.Integrated || r.Function != function {
			continue
		}
		list := &buffered
		if r.Streams {
			list = &streamed
		}
		for _, verb := range p.verbsOf(r.Pattern) {
			*list = append(*list, verb+" "+r.Pattern.Path())
		}
	}
	return streamed, buffered
}

// verbsOf returns the verbs that reach a method. For ANY that is ANY alone, if no other method has its path.
func (p *Plan) verbsOf(pattern route.Pattern) []string {
	if pattern.Verb != route.Any {
		return []string{pattern.Verb}
	}
	left := slices.Clone(route.Verbs)
	for _, other := range p.Routes {
		if other.Pattern.Path() == pattern.Path() {
			left = slices.DeleteFunc(left, func(verb string) bool { return verb == other.Pattern.Verb })
		}
	}
	if len(left) == len(route.Verbs) {
		return []string{route.Any}
	}
	return left
}

// StreamedVariable is the environment variable that names the routes whose answers a function streams.
const StreamedVariable = "GATEHOUSE_STREAMED_ROUTES"

// StreamedText returns the variable's value.
func StreamedText(routes []string) string { return strings.Join(routes, ";") }

// StreamsBeside refuses a function for which one API streams a route and another API does not stream the route with the
// same verb and path. An event does not tell which API it comes from.
func StreamsBeside(streamed, buffered []string) error {
	for _, s := range streamed {
		verb, path, _ := strings.Cut(s, " ")
		for _, b := range buffered {
			other, at, _ := strings.Cut(b, " ")
			if path == at && (verb == other || verb == route.Any || other == route.Any) {
				return fmt.Errorf("it answers %q, which is Streamed, and %q, which is not, and an event does not say which API "+
					"it is of", s, b)
			}
		}
	}
	return nil
}
