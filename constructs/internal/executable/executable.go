// Package executable remembers, of functions that package gofunction made, what only their executables show.
//
// It knows nothing of functions in other languages or from other places.
package executable

import "sync"

// Router is what is known of how a function finds the handler of a request.
type Router int

const (
	Unknown    Router = iota // not one of gofunction's
	NotBuilt                 // the CDK command line did not select the function's stack
	ByResource               // it has a lambdahttp.Mux
	Other                    // it has none
)

// routers hold a func() Router for each function.
var routers sync.Map

// Record notes how to find a function's router. The function is an awslambda.IFunction, the very value that New
// returned; find is called when it is asked for, since an executable is large.
func Record(function any, find func() Router) { routers.Store(function, sync.OnceValue(find)) }

// RouterOf is the router of a function.
func RouterOf(function any) Router {
	if find, ok := routers.Load(function); ok {
		return find.(func() Router)()
	}
	return Unknown
}
