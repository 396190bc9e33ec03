package apimodel

import (
	"strconv"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// readGatewayResponses reads the APIs' gateway responses. If one cannot be read, API Gateway's default remains.
func (b *builder) readGatewayResponses() {
	b.each("AWS::ApiGateway::GatewayResponse", func(r *reader) {
		r = r.notice()
		api := b.apis[r.need("RestApiId")]
		if api == nil {
			return
		}
		r.api = api
		g := &GatewayResponse{
			ID:         r.id,
			Type:       r.need("ResponseType"),
			Parameters: r.textMap("ResponseParameters"),
			Templates:  r.textMap("ResponseTemplates"),
		}
		if t := r.text("StatusCode"); t != "" {
			code, err := strconv.Atoi(t)
			if err != nil || code < 100 || code > 599 {
				r.problem("StatusCode: want a status code, got %q", t)
				code = 0
			}
			g.StatusCode = code
		}
		api.GatewayResponses = append(api.GatewayResponses, g)
	})
}

func (b *builder) readStages() {
	b.each("AWS::ApiGateway::Deployment", func(r *reader) {
		api := b.apiOf(r)
		if api == nil {
			return
		}
		if r.has("StageName") {
			b.readStage(r, r.object("StageDescription"), api, r.physicalID())
		}
	})
	b.each("AWS::ApiGateway::Stage", func(r *reader) {
		if api := b.apiOf(r); api != nil {
			b.readStage(r, r, api, r.text("DeploymentId"))
		}
	})
}

// readStage reads a stage. settings holds its settings, which a deployment has in an object of its own.
func (b *builder) readStage(r, settings *reader, api *API, deployment string) {
	s := &Stage{
		ID:           r.id,
		Name:         r.need("StageName"),
		DeploymentID: deployment,
		Variables:    settings.textMap("Variables"),
	}
	settings.readResponseCaches(s)
	settings.readThrottles(s)
	settings.readAccessLog(s)
	settings.notice().stageExtras()
	written := r.resource.Properties
	if description, ok := written["StageDescription"].(map[string]any); ok {
		written = description
	}
	if canary := written["CanarySetting"]; canary != nil {
		s.Canary = cloudassembly.Written(canary)
	}
	for _, name := range []string{"CanarySetting", "ClientCertificateId"} {
		if settings.has(name) {
			settings.notice().problem("%s is not honoured", name)
		}
	}
	for _, other := range api.Stages {
		if other.Name == s.Name {
			r.problem("the API has the stage %q already: %s", s.Name, other.ID)
			return
		}
	}
	if s.Name == "" {
		return
	}
	api.Stages = append(api.Stages, s)
}
