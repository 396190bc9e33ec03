package secureapi

import "runtime/debug"

// manyRoutes is the number of routes of an app from which garbage is collected early: at half of Go's usual growth
// while an API is built, and so early during the checks that they take no more memory than the app already has. Each
// collection takes about as long as the checks of 50 routes.
const manyRoutes = 200

// collectEarly has garbage collected whenever the heap has grown by a percentage, until the function that it returns is
// called. A user's GOGC that collects more often, or never, stays.
func collectEarly(percent int) (restore func()) {
	users := debug.SetGCPercent(percent)
	if users < percent { // -1 stands for off
		debug.SetGCPercent(users)
	}
	return func() { debug.SetGCPercent(users) }
}
