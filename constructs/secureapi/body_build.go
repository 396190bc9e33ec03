package secureapi

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/internal/annotation"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// validate sets what a method checks in its requests. Models and validators are created once for all methods that need
// the same. CDK's L2 creates one validator for each method, and their construct IDs collide unless the consumer sets
// the feature flag @aws-cdk/aws-apigateway:requestValidatorUniqueId.
func (b *builder) validate(r plan.PlannedRoute, p *awsapigateway.CfnMethodProps) {
	if r.Described != nil {
		p.RequestModels = &map[string]*string{"application/json": b.models[b.plan.ModelOf(r)]}
	}
	if r.Body == nil && len(r.Parameters) == 0 {
		return
	}
	if r.Body != nil {
		model := b.models[b.plan.ModelOf(r)]
		// $default is for every content type that has no model of its own, and for requests without one. Without $default, a
		// request with another Content-Type would not be checked.
		// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
		p.RequestModels = &map[string]*string{"application/json": model, "$default": model}
	}
	parameters, required := b.given(r).requestParameters(p), false
	for _, name := range r.Parameters {
		parameters[name] = true
	}
	for _, must := range parameters {
		required = required || must == true
	}
	if len(parameters) > 0 {
		p.RequestParameters = &parameters
	}
	p.RequestValidatorId = b.validator(r.Body != nil, required)
}

// addModels creates the models. The deployment changes with them, because it serves the models that it was created
// with.
func (b *builder) addModels() {
	b.models = map[string]*string{}
	models := b.plan.Models()
	if len(models) == 0 {
		return
	}
	deployment := b.api.RestAPI.LatestDeployment()
	texts := map[string]string{}
	for _, m := range models {
		made := awsapigateway.NewCfnModel(b.api, jsii.String("Model"+m.Name), &awsapigateway.CfnModelProps{
			RestApiId:   b.restID(),
			Name:        jsii.String(m.Name),
			ContentType: jsii.String("application/json"),
			Schema:      floats(m.Schema),
		})
		b.models[m.Name], texts[m.Name] = made.Ref(), string(m.Text)
		if deployment != nil {
			deployment.Node().AddDependency(made)
		}
	}
	if deployment != nil {
		deployment.AddToLogicalId(map[string]any{"models": texts})
	}
}

// floats converts the numbers of a schema for jsii. [bodyschema.Convert] has checked that they fit.
func floats(value any) any {
	switch value := value.(type) {
	case json.Number:
		f, _ := value.Float64()
		return f
	case []any:
		out := make([]any, len(value))
		for i, v := range value {
			out[i] = floats(v)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for name, v := range value {
			out[name] = floats(v)
		}
		return out
	}
	return value
}

// validator returns a reference to the validator for these checks.
func (b *builder) validator(body, parameters bool) *string {
	id := "RequestValidator"
	switch {
	case !parameters:
		id = "BodyValidator"
	case !body:
		id = "ParameterValidator"
	}
	if b.validators[id] == nil {
		if b.validators == nil {
			b.validators = map[string]*string{}
		}
		b.validators[id] = awsapigateway.NewCfnRequestValidator(b.api, &id, &awsapigateway.CfnRequestValidatorProps{
			RestApiId:                 b.restID(),
			ValidateRequestBody:       jsii.Bool(body),
			ValidateRequestParameters: jsii.Bool(parameters),
		}).Ref()
	}
	return b.validators[id]
}

// shareValidator makes routes whose MethodOptions have the same validator options share a single validator. The first
// has the construct ID that CDK gives it.
func (b *builder) shareValidator(o awsapigateway.MethodOptions) awsapigateway.MethodOptions {
	v := o.RequestValidatorOptions
	if v == nil || o.RequestValidator != nil {
		return o // CDK refuses both together
	}
	key := fmt.Sprint(isTrue(v.ValidateRequestBody), isTrue(v.ValidateRequestParameters))
	if v.RequestValidatorName != nil {
		key += " " + *v.RequestValidatorName
	}
	if b.ofOptions[key] == nil {
		id := "validator"
		if len(b.ofOptions) > 0 {
			id += "-" + strings.ReplaceAll(key, " ", "-")
		} else {
			b.ofOptions = map[string]awsapigateway.RequestValidator{}
		}
		b.ofOptions[key] = b.api.RestAPI.AddRequestValidator(&id, v)
	}
	o.RequestValidatorOptions, o.RequestValidator = nil, b.ofOptions[key]
	return o
}

// explainBadRequests makes API Gateway explain what is wrong with a body. The text is plain because
// validationErrorString contains quotes and the caller's input. It is not documented that they are escaped, as they are
// in messageString.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
func (b *builder) explainBadRequests() {
	if !b.props.ExplainBadRequests {
		return
	}
	b.api.AddGatewayResponse("BadRequestBody", &awsapigateway.GatewayResponseOptions{
		Type:            awsapigateway.ResponseType_BAD_REQUEST_BODY(),
		ResponseHeaders: &map[string]*string{"X-Content-Type-Options": jsii.String("'nosniff'")},
		Templates: &map[string]*string{
			"text/plain": jsii.String("$context.error.message: $context.error.validationErrorString"),
		},
	})
	b.api.explains = true
}

// warnOfBodies warns of bodies that are not fully checked.
func (b *builder) warnOfBodies() {
	for _, w := range b.plan.Unchecked(UncheckedWarning, BinaryBodyWarning) {
		annotation.Warn(b.api, w.ID, fmt.Sprintf("secureapi: %s: %s", b.path, w.Text))
	}
}
