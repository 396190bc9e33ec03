package browser

import (
	"fmt"
	"strings"
)

// The values of Verdict.Prop.
const (
	CORSAllowOrigins     = "CORS.AllowOrigins"
	CORSAllowHeaders     = "CORS.AllowHeaders"
	CORSAllowMethods     = "CORS.AllowMethods"
	CORSAllowCredentials = "CORS.AllowCredentials"
	CORSExposeHeaders    = "CORS.ExposeHeaders"

	GatewayResponses     = "GatewayResponses" // API Gateway's own answers
	Routes               = "Routes"
	IntegrationResponses = "IntegrationResponses" // in CDK's IntegrationOptions, for the Integration of a route
	Middleware           = "lambdahttp/cors"      // the package that adds CORS headers to a function's own answers
)

// missingOrigin says why an answer has no Access-Control-Allow-Origin.
func (j *judge) missingOrigin() *finding {
	api := j.api()
	const has = " has no " + allowOrigin
	switch {
	case j.By == NoStage:
		return &finding{why: "there is no such stage, and API Gateway's answer to that" + has, fix: "check the URL"}
	case !api.CORS && j.origin == "null":
		return j.notAllowed()
	case !api.CORS && j.By == Function && api.Foreign:
		return j.foreign()
	case !api.CORS && j.By == Function:
		return &finding{
			"the API has no CORS, and the function's own answer" + has, CORSAllowOrigins,
			"name the page's origin in " + j.inProps() + ", and use lambdahttp/cors in the function",
		}
	case !api.CORS:
		return &finding{"the API has no CORS: the answer" + has, CORSAllowOrigins, "set " + j.inProps()}
	case !api.Allows && api.Path:
		return j.notAllowed()
	}
	switch j.By {
	case Function:
		return &finding{"the function's own answer" + has, Middleware, "use lambdahttp/cors"}
	case Backend:
		return &finding{
			"the answer of the HTTP integration's backend" + has, "", "have the backend send it: a proxy integration passes " +
				"answers on as they are",
		}
	case Mapped:
		return &finding{
			"the integration's answer" + has, IntegrationResponses,
			"map method.response.header." + allowOrigin + " in IntegrationResponses, or leave it to CORS",
		}
	default:
		return &finding{
			"API Gateway's own answer" + has + ": no gateway response of its type adds it", GatewayResponses,
			"add it by GatewayResponses, which joins the headers of CORS",
		}
	}
}

// otherOrigin says why Access-Control-Allow-Origin is not the page's origin.
func (j *judge) otherOrigin(value string) *finding {
	api := j.api()
	if strings.Contains(value, ",") {
		f := &finding{why: fmt.Sprintf("%s has more than one value: %s", allowOrigin, value), fix: "send it once"}
		if j.By == Function {
			f.prop, f.fix = Middleware, "let lambdahttp/cors alone set it"
		}
		return f
	}
	if !api.CORS && j.By == Function && api.Foreign && j.origin != "null" {
		return j.foreign()
	}
	if api.CORS && api.Allows && j.By == Function {
		return &finding{
			fmt.Sprintf("the function's own answer has %s: %s, and the page's origin is %s", allowOrigin, value, j.origin),
			Middleware, "use lambdahttp/cors",
		}
	}
	if api.CORS && api.Allows && j.By == Mapped {
		return &finding{
			fmt.Sprintf("the integration's answer has %s: %s, and the page's origin is %s", allowOrigin, value, j.origin),
			IntegrationResponses,
			"give the response a template in IntegrationResponses, which can name another origin than the first one",
		}
	}
	return j.notAllowed()
}

// notAllowed returns the finding for an origin that the API does not allow.
func (j *judge) notAllowed() *finding {
	if j.origin == "null" {
		return &finding{
			why: "the page has no origin (null): it is a file or in a sandbox",
			fix: "serve the page by HTTP, such as from localhost",
		}
	}
	return &finding{
		fmt.Sprintf("the page's origin %s is not allowed", j.origin), CORSAllowOrigins,
		fmt.Sprintf("add %q to CORS.AllowOrigins", j.origin),
	}
}

// credentialsNotAllowed returns the finding for a request with credentials whose answer does not allow them.
func (j *judge) credentialsNotAllowed(why string) *finding {
	switch api := j.api(); {
	case api.Credentials && j.By == Function:
		return &finding{why, Middleware, "use lambdahttp/cors"}
	case api.Credentials && j.By == Gateway:
		return &finding{
			why,
			GatewayResponses,
			"add the gateway response by GatewayResponses, which joins the headers of CORS",
		}
	}
	return &finding{
		why, CORSAllowCredentials,
		fmt.Sprintf("set CORS.AllowCredentials, with %q in CORS.AllowOrigins, or have the page send no cookies", j.origin),
	}
}

// foreign returns the finding for an API without CORS whose function has the CORS settings of another API, which do not
// allow the page.
func (j *judge) foreign() *finding {
	return &finding{
		fmt.Sprintf("the API has no CORS, and its function has that of another API, which does not allow %s", j.origin),
		CORSAllowOrigins, j.howToEnable(),
	}
}

// howToEnable says how to set up CORS for an API that has none.
func (j *judge) howToEnable() string {
	switch api := j.api(); {
	case api.CORS:
		return "let the preflight that CORS makes answer OPTIONS on the path"
	case api.Foreign:
		return fmt.Sprintf("give it the CORS of the function's other API, and both %q in AllowOrigins: a function has one "+
			"environment", j.origin)
	}
	return "set " + j.inProps()
}

// inProps returns the property in Go, for an API without CORS.
func (j *judge) inProps() string {
	return fmt.Sprintf("CORS: &secureapi.CORS{AllowOrigins: []string{%q}}", j.origin)
}
