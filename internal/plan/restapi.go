package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

func (r *RestAPI) isPrivate() bool { return r != nil && r.Private }

// checkRestAPI refuses settings that would bypass the table, and settings given twice.
func (p *Plan) checkRestAPI() (errs []error) {
	r, s := p.props.RestAPI, p.props.Stage
	if r == nil {
		return nil
	}
	instead := func(set bool, field, way string) {
		if set {
			errs = append(errs, fmt.Errorf("RestApiProps.%s is set: %s", field, way))
		}
	}
	instead(r.Policy, "Policy", "use Props.ResourcePolicy, whose Statements take anything")
	instead(r.DefaultCorsPreflightOptions, "DefaultCorsPreflightOptions",
		"use Props.CORS, which also covers errors and functions")
	instead(r.DefaultMethodOptions, "DefaultMethodOptions", "use Route.MethodOptions, and the table for who may call")
	instead(r.DefaultIntegration, "DefaultIntegration", "each route names its function")
	instead(r.CloneFrom, "CloneFrom", "the methods of another API would come along, and the table says nothing of them")
	instead(r.NotDeployed && s != (Stage{}), "Deploy", "it is false, and Stage would have no effect; leave one out")
	instead(r.EndpointTypes && r.EndpointConfiguration, "EndpointTypes",
		"EndpointConfiguration is set too; leave one out")
	instead(r.StageName != nil && s.Name != "", "DeployOptions.StageName", "Stage.Name is set too; leave one out")
	if r.StageName != nil {
		if err := checkStageName("RestApiProps.DeployOptions.StageName", *r.StageName); err != nil {
			errs = append(errs, err)
		}
	}
	errs = append(errs, checkVariables("RestApiProps.DeployOptions.Variables", r.Variables)...)
	instead(r.Throttling && (s.RateLimit != 0 || s.BurstLimit != 0 || s.NoThrottling),
		"DeployOptions.ThrottlingRateLimit or ThrottlingBurstLimit", "Stage says it too; leave one out")
	instead(r.AccessLogDestination && (s.NoAccessLogs || s.SetsRetention), "DeployOptions.AccessLogDestination",
		"Stage says it too; leave one out")
	instead(r.TracingEnabled && s.Tracing, "DeployOptions.TracingEnabled", "Stage.Tracing is set too; leave one out")
	if r.ResponseCache {
		// Its key has the parameters that a method declares, but not the caller.
		// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html
		errs = append(errs, errors.New("RestApiProps.DeployOptions turn the cache of answers on: API Gateway does "+
			"not key it by the caller, so one caller would get the answer of another; write CacheResponse on the public "+
			"routes that it is for, or cache in the function"))
	}
	for _, i := range r.NilMediaTypes {
		errs = append(errs, fmt.Errorf("RestApiProps.BinaryMediaTypes[%d] is nil: name a type such as image/png, or leave "+
			"it out", i))
	}
	errs = append(errs, r.checkMethodOptions()...)
	if r.MutualTLS && !r.NoExecuteAPI {
		// The API's own endpoint does not ask for a certificate.
		// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html
		errs = append(errs, errors.New("RestApiProps.DomainName has Mtls, and callers without a certificate reach the "+
			"API by its execute-api endpoint: set RestApiProps.DisableExecuteApiEndpoint to true"))
	}
	if r.Private && p.props.Policy == nil {
		errs = append(errs, errors.New("the endpoint is PRIVATE and there is no ResourcePolicy: API Gateway does not "+
			"deploy a private API without one; set AllowVPCEndpoints or AllowVPCs"))
	}
	return errs
}

// KeysFromAuthorizer reports whether the API takes keys from its authorizers' answers. This is so if RestApiProps set
// it, or if an authorizer takes keys from a claim.
func (p *Plan) KeysFromAuthorizer() bool {
	return p.props.RestAPI != nil && p.props.RestAPI.KeysFromAuthorizer || p.claimedKeys() != nil
}

// claimedKeys returns the first guard that takes API keys from a claim, or nil.
func (p *Plan) claimedKeys() *Guard {
	for _, g := range p.Guards {
		if g.UsageKeyClaim != "" {
			return g
		}
	}
	return nil
}

// checkClaimedKeys refuses a UsageKeyClaim that counts nothing, or that callers could evade.
func (p *Plan) checkClaimedKeys() (errs []error) {
	for _, g := range p.Guards {
		if g.UsageKeyClaim == "" {
			continue
		}
		if r := p.props.RestAPI; r != nil && r.KeysFromHeader {
			errs = append(errs, fmt.Errorf("RestApiProps.ApiKeySourceType is HEADER, with which callers choose the key, and "+
				"UsageKeyClaim of %s takes it from the claim %q: leave one out", g, g.UsageKeyClaim))
		}
		if !slices.ContainsFunc(p.Routes, func(r PlannedRoute) bool { return r.Guard == g && r.NeedsKey }) {
			errs = append(errs, fmt.Errorf("UsageKeyClaim of %s is %q, and none of its routes needs an API key, so that "+
				"nothing is counted: add APIKey() to those that count, or leave UsageKeyClaim out",
				g, g.UsageKeyClaim))
		}
	}
	return errs
}

// checkKeySource refuses routes whose API key nothing names, because each request to them would get 403. If AUTHORIZER
// is the source, the key is the usageIdentifierKey of a Lambda authorizer's answer. The included function sets it only
// with a UsageKeyClaim.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html
func (p *Plan) checkKeySource() (errs []error) {
	if !p.KeysFromAuthorizer() {
		return nil
	}
	source, out := "RestApiProps.ApiKeySourceType is AUTHORIZER", "leave ApiKeySourceType out, so that callers send the "+
		"key in "+apiKeyHeader+", or guard the route by a Lambda authorizer with UsageKeyClaim, or with a Function of "+
		"your own that answers with usageIdentifierKey"
	if g := p.claimedKeys(); g != nil {
		source = fmt.Sprintf("UsageKeyClaim of %s makes authorizers the source of keys", g)
		out = "an API has one source of keys, so guard the route by an authorizer with UsageKeyClaim, or let it need no key"
	}
	named := false
	for _, g := range p.Guards {
		named = named || g.NamesKeys
	}
	for _, r := range p.Routes {
		switch {
		case !r.NeedsKey || r.Guard != nil && r.Guard.NamesKeys:
		case r.Guard == nil:
			errs = append(errs, fmt.Errorf("route %q needs an API key, %s, and a public route has no authorizer to name "+
				"one: %s", r.Pattern, source, out))
		default:
			errs = append(errs, fmt.Errorf("route %q needs an API key, %s, and %s names none: %s", r.Pattern, source,
				r.Guard, out))
		}
	}
	if !named && errs == nil {
		errs = append(errs, fmt.Errorf("%s, and no authorizer of the API names a key: %s", source, out))
	}
	return errs
}

// checkMethodOptions refuses method settings that API Gateway does not deploy: those of ANY, and those of all verbs of
// one path. It would report "Invalid method setting path" only at deployment.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_MethodSetting.html, whose paths name one method or all
func (r *RestAPI) checkMethodOptions() (errs []error) {
	for _, key := range slices.Sorted(slices.Values(r.MethodOptions)) {
		i := strings.LastIndex(key, "/")
		if i < 0 || key == "/*/*" {
			continue
		}
		if verb := key[i+1:]; verb == "*" || strings.EqualFold(verb, route.Any) {
			errs = append(errs, fmt.Errorf("RestApiProps.DeployOptions.MethodOptions has %q, and API Gateway takes settings of "+
				"one verb, or of the whole stage by \"/*/*\": write one for each verb", key))
		}
	}
	return errs
}
