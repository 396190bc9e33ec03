package apimodel

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// unsupported are types of resources that a local run does not honour although they change what callers of an API see.
var unsupported = map[string]string{
	"AWS::WAFv2::WebACLAssociation":       "the web ACL is not applied",
	"AWS::WAFRegional::WebACLAssociation": "the web ACL is not applied",
	"AWS::ApiGateway::BasePathMappingV2":  "the private domain" + notServed,
	otherAPIType:                          "HTTP and WebSocket APIs are not run, only REST APIs",
}

// notServed ends the problems of domains that the local gateway does not serve.
const notServed = " is not served: call the API under its stage's name"

const otherAPIType = "AWS::ApiGatewayV2::Api"

// harmlessTransforms are transforms that add nothing that an API needs, or whose functions are resolved here.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-reference.html
var harmlessTransforms = []string{
	"AWS::CodeDeployBlueGreen", "AWS::LanguageExtensions",
	"AWS::SecretsManager-2020-07-23", "AWS::SecretsManager-2024-09-16",
}

// readNestedProblems reports nested stacks that could not be read. They may contain routes of any API.
func (b *builder) readNestedProblems() {
	b.each(cloudassembly.NestedStackType, func(r *reader) {
		if err := r.stack.NestedError(r.id.LogicalID); err != nil {
			r.problem("the nested stack is not run: %s", shortError(err))
			b.blockAPIs(r.stack, fmt.Sprintf("the nested stack %s, which may hold routes of it, could not be read", r.id))
		}
	})
}

// readOthers reports what the model leaves out of the templates although it matters.
func (b *builder) readOthers() {
	for _, kind := range slices.Sorted(maps.Keys(b.byType)) {
		what, ok := unsupported[kind]
		if !ok && strings.HasPrefix(kind, "AWS::Serverless::") {
			what, ok = kind+" needs a transform, which the local gateway does not run: write the resources that it becomes", true
		}
		for _, r := range b.byType[kind] {
			if ok {
				r.notice().problem("%s", what)
			}
		}
	}
	b.each(otherAPIType, func(r *reader) {
		other := OtherAPI{ID: r.id, Kind: "an HTTP"}
		if r.notice().text("ProtocolType") == "WEBSOCKET" {
			other.Kind = "a WebSocket"
		}
		for _, kind := range []string{"AWS::ApiGatewayV2::Authorizer", "AWS::ApiGatewayV2::Route"} {
			for _, of := range b.byType[kind] {
				if of.stack == r.stack && cloudassembly.Written(of.resource.Properties["ApiId"]) == "${"+r.id.LogicalID+"}" {
					other.Written = append(other.Written, cloudassembly.Written(map[string]any(of.resource.Properties)))
				}
			}
		}
		b.model.OtherAPIs = append(b.model.OtherAPIs, other)
	})
	b.readOutside()
	for _, s := range b.assembly.Stacks() {
		for _, name := range s.Template.Transforms {
			if !slices.Contains(harmlessTransforms, name) {
				what := "the macro " + name + ", which may change what is deployed, is not run"
				b.problem(Problem{ID: ID{Stack: s.Path}, What: what, Blocks: true})
				b.blockAPIs(s, "of the template of "+s.Path+": "+what)
			}
		}
	}
	for _, key := range b.assembly.Missing {
		b.problem(Problem{What: "dummy values replace the context value " + key + ", which the app did not have: run " +
			"\"cdk synth\""})
	}
	for _, api := range b.model.APIs {
		for _, kind := range api.EndpointTypes {
			if kind == "PRIVATE" {
				b.problem(Problem{ID: api.ID, What: "its endpoint is private: requests come through the VPC endpoint " +
					"that you name; by default through none"})
			}
		}
		if api.ExecuteAPIDisabled {
			b.problem(Problem{ID: api.ID,
				What: "its default endpoint is disabled: on AWS only its custom domain leads to it"})
		}
		if api.MinCompressionBytes != nil {
			b.problem(Problem{ID: api.ID, What: "its answers are not compressed (MinimumCompressionSize)"})
		}
		if len(api.Stages) == 0 && len(api.Methods) > 0 {
			b.problem(Problem{ID: api.ID, What: "it has no stage, so it is not deployed"})
		}
	}
}

// readOutside records methods and authorizers of REST APIs outside the assembly.
func (b *builder) readOutside() {
	at := map[ID]int{}
	for _, kind := range []string{"AWS::ApiGateway::Authorizer", "AWS::ApiGateway::Method"} {
		b.each(kind, func(r *reader) {
			if t, _ := cloudassembly.Text(r.values["RestApiId"]); b.apis[t] != nil {
				return
			}
			id := ID{r.id.Stack, cloudassembly.Written(r.resource.Properties["RestApiId"])}
			if _, known := at[id]; !known {
				at[id] = len(b.model.OutsideAPIs)
				b.model.OutsideAPIs = append(b.model.OutsideAPIs, OtherAPI{ID: id, Kind: "a REST"})
			}
			of := &b.model.OutsideAPIs[at[id]]
			of.Written = append(of.Written, cloudassembly.Written(map[string]any(r.resource.Properties)))
		})
	}
}
