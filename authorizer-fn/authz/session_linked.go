//go:build !lambda.norpc || gatehouse_session

package authz

import (
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// Programs that are not functions always know sessions.
func init() { sessions.read = (*Session).read }

func (s *Session) read(v strictjson.Value) error {
	return settings.Fields{
		"cookie": &s.Cookie, "host": &s.Host, "keysArn": &s.KeysARN, "idleTimeoutSeconds": &s.IdleTimeout,
		"maxAgeSeconds": &s.MaxAge, "allowOrigins": &s.AllowOrigins,
	}.Read(v)
}
