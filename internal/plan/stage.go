package plan

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
)

// DefaultStage is the name of a stage that has no other.
const DefaultStage = "prod"

var stageForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// stageName is the name of the stage that the API is deployed to; "" for none.
func stageName(props Props) string {
	r := props.RestAPI
	switch {
	case r != nil && r.NotDeployed:
		return ""
	case r != nil && r.StageName != nil:
		return *r.StageName
	}
	return cmp.Or(props.Stage.Name, DefaultStage)
}

func (s Stage) check() (errs []error) {
	if s.Name != "" && !stageForm.MatchString(s.Name) {
		errs = append(errs, badStageName("Stage.Name", s.Name))
	}
	if s.RateLimit < 0 || s.BurstLimit < 0 {
		errs = append(errs, fmt.Errorf("Stage: a RateLimit of %d and a BurstLimit of %d: want positive numbers, 0 "+
			"for the "+
			"default, or NoThrottling", s.RateLimit, s.BurstLimit))
	}
	if s.NoThrottling && (s.RateLimit != 0 || s.BurstLimit != 0) {
		errs = append(errs, errors.New("Stage: NoThrottling is set beside limits: leave one out"))
	}
	if s.NoAccessLogs && s.SetsRetention {
		errs = append(errs, errors.New("Stage: NoAccessLogs is set beside AccessLogRetention: leave one out"))
	}
	return errs
}

// badStageName says what a stage may be called. CDK makes the name part of a construct id, which a token cannot be.
func badStageName(field, name string) error {
	if Unresolved(name) {
		return fmt.Errorf("%s is a CDK token, and it becomes a part of a construct's id: write it out", field)
	}
	return fmt.Errorf("%s %q: want 1 to 128 letters, digits, - and _", field, name)
}

// checkFlush refuses to empty a cache that the API does not have.
func (p *Plan) checkFlush() []error {
	keeps := func(g *Guard) bool { return g.Keeps }
	if !p.props.Stage.FlushAuthorizerCache || slices.ContainsFunc(p.Guards, keeps) {
		return nil
	}
	return []error{errors.New("Stage.FlushAuthorizerCache: the API has no authorizer with a cache: leave it out")}
}
