// Package corsconfig is the configuration of lambdahttp/cors, which documents it: how it is written, read and checked.
// It is apart from the handler, so that an app that writes it does not link net/http.
package corsconfig

import "time"

// Config is a cors.Config.
type Config struct {
	AllowOrigins     []string
	AllowHeaders     []string
	ExposeHeaders    []string
	AllowMethods     []string
	AllowCredentials bool
	MaxAge           time.Duration
}
