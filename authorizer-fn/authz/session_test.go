package authz

import (
	"errors"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

func goodSession() *Session { return &Session{Host: "shop.example.com", KeysARN: secretName} }

func TestBuiltWithoutSessions(t *testing.T) {
	defer func(read func(*Session, strictjson.Value) error) { sessions.read = read }(sessions.read)
	sessions.read = nil
	_, err := tryFixture(func(s *setup) { s.config.Session = goodSession() })
	if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "built without the tag "+SessionTag) {
		t.Error(err)
	}
}
