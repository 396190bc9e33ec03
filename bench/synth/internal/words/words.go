// Package words makes the texts that the L2 program needs to write the same template as Gatehouse.
package words

import (
	"github.com/gatehouse-cdk/gatehouse/bench/synth/internal/shape"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/internal/corsconfig"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// Of returns the words of an API whose functions have these settings of CORS, besides those that all APIs have. It
// imports only packages that the constructs import, because an app does not link the packages of functions.
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
