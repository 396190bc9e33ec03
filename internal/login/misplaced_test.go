package login

import (
	"errors"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// TestHostBuildRefusesLambda covers the build for Lambda, and with the tag gatehouse_host the build for a
// developer's machine.
func TestHostBuildRefusesLambda(t *testing.T) {
	_, err := FromLambda(func(name string) string {
		return map[string]string{"LAMBDA_TASK_ROOT": "/var/task"}[name]
	}, Options{})
	misplaced := err != nil && strings.Contains(err.Error(), "without GATEHOUSE_HOST_BUILD")
	if !errors.Is(err, ErrConfig) || misplaced != settings.RunsHere {
		t.Error(err)
	}
}
