package apigateway

import (
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// choice is a stage to be served, and the first segment of the paths that it is served under.
type choice struct {
	api   *apimodel.API
	stage *apimodel.Stage
	mount string
}

// choose finds the stages of the APIs that were asked for.
func (s *served) choose() (chosen []choice, err error) {
	wanted := s.gateway.options.API
	for _, api := range s.model.APIs {
		if wanted != "" && wanted != api.Name && wanted != api.ID.String() {
			continue
		}
		for _, st := range api.Stages {
			chosen = append(chosen, choice{api: api, stage: st})
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("%w%s", ErrNoStage, s.choices())
	}
	mount(chosen)
	return chosen, nil
}

// choices lists the APIs there are: those that can be asked for or, where none was, those that are not served.
func (s *served) choices() string {
	var names []string
	if s.gateway.options.API == "" {
		for _, other := range s.model.OtherAPIs {
			names = append(
				names,
				fmt.Sprintf(
					"%s is %s API, which is not served: use a REST API, as awsapigateway.RestApi makes it",
					other.ID,
					other.Kind,
				),
			)
		}
		for _, api := range s.model.APIs {
			names = append(names, fmt.Sprintf("%s has no AWS::ApiGateway::Stage", api.ID))
		}
		if names == nil {
			return ""
		}
		return ": " + strings.Join(names, "; ")
	}
	for _, api := range s.model.APIs {
		names = append(names, fmt.Sprintf("%q (%s)", api.Name, api.ID))
	}
	return fmt.Sprintf(" and the name %q: it has %s", s.gateway.options.API, strings.Join(names, ", "))
}
