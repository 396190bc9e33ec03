// Package words makes what the program in L2 needs to write the same template as one with Gatehouse.
package words

import (
	"github.com/gatehouse-cdk/gatehouse/bench/synth/internal/shape"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/internal/corsconfig"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// Of are the words of an API whose functions have these settings of CORS, beside those that all have. It takes what the
// constructs take, and not the packages of functions, which an app does not link.
func Of(origins corsconfig.Config) shape.Words {
	config := settings.Authorizer{
		Issuers: []settings.Issuer{{URL: shape.Issuer, Audiences: []string{shape.Audience}}},
	}
	origins.AllowOrigins = shape.Origins()
	origins.AllowHeaders = []string{"Content-Type", "Authorization"}
	return shape.Words{
		Origins:              shape.Origins(),
		ValidationExpression: secureapi.BearerJWT,
		Backend:              origins.Environment(),
		Authorizer:           config.Environment(),
	}
}
