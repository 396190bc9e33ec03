package exchange

import "strings"

// FullPath returns the undecoded path with the stage, as in requestContext.path and $context.path. For a custom domain
// it has the base path in place of the stage.
// Source for custom domains: https://github.com/localstack/localstack/pull/12296, which lists what AWS does.
func (r *Request) FullPath() string {
	if r.RawPath != "" {
		if r.Mount != "" {
			return strings.Replace(r.RawPath, r.Mount, r.Stage, 1)
		}
		return r.RawPath
	}
	return "/" + r.Stage + r.Path
}

// DomainPrefix returns the first label of the domain name in the request, as in requestContext.domainPrefix and
// $context.domainPrefix. For a name without such a label, such as localhost or an address, it returns the API's ID, as
// AWS does for an API without a custom domain.
func (r *Request) DomainPrefix(apiID string) string {
	name := r.Host
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		name = name[:i]
	}
	label, _, ok := strings.Cut(name, ".")
	if !ok || strings.Trim(label, "0123456789") == "" || strings.HasPrefix(label, "[") {
		return apiID
	}
	return label
}

// TimeFormat is the format of $context.requestTime, which is that of the Common Log Format.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
const TimeFormat = "02/Jan/2006:15:04:05 -0700"
