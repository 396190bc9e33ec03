package corsconfig

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
)

// Variable is the environment variable that holds the [Config] as JSON.
const Variable = "GATEHOUSE_CORS"

type wire struct {
	AllowOrigins     []string `json:"allowOrigins"`
	AllowHeaders     []string `json:"allowHeaders,omitempty"`
	ExposeHeaders    []string `json:"exposeHeaders,omitempty"`
	AllowMethods     []string `json:"allowMethods,omitempty"`
	AllowCredentials bool     `json:"allowCredentials,omitempty"`
	MaxAgeSeconds    int64    `json:"maxAgeSeconds,omitempty"`
}

// Environment is the configuration as a Lambda function's environment, which [FromEnvironment] reads; empty if no
// origin is allowed. Strings that hold a CDK token pass through unharmed, and nothing is validated, for their sake.
func (c Config) Environment() map[string]string {
	if len(c.AllowOrigins) == 0 {
		return map[string]string{}
	}
	text := plainjson.Must(wire{
		AllowOrigins:     c.AllowOrigins,
		AllowHeaders:     c.AllowHeaders,
		ExposeHeaders:    c.ExposeHeaders,
		AllowMethods:     c.AllowMethods,
		AllowCredentials: c.AllowCredentials,
		MaxAgeSeconds:    int64(c.MaxAge / time.Second),
	})
	return map[string]string{Variable: string(text)}
}

// FromEnvironment reads what [Config.Environment] wrote. An unset variable is the zero Config: no CORS. Members it does
// not know, trailing data and what [Config.Validate] refuses are errors.
func FromEnvironment(getenv func(string) string) (Config, error) {
	text := getenv(Variable)
	if text == "" {
		return Config{}, nil
	}
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.DisallowUnknownFields()
	var w wire
	if err := dec.Decode(&w); err != nil {
		return Config{}, fmt.Errorf("cors: %s: %w: %w", Variable, ErrConfig, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Config{}, fmt.Errorf("cors: %s: %w: data after the object", Variable, ErrConfig)
	}
	// Browsers cap it at a day or less; the bound keeps the conversion from overflowing.
	const year = 365 * 24 * 3600
	if w.MaxAgeSeconds < 0 || w.MaxAgeSeconds > year {
		return Config{}, fmt.Errorf(
			"cors: %s: %w: maxAgeSeconds is %d: want 0 to %d",
			Variable,
			ErrConfig,
			w.MaxAgeSeconds,
			year,
		)
	}
	if len(w.AllowOrigins) == 0 {
		return Config{}, fmt.Errorf(
			"cors: %s: %w: no allowOrigins: unset the variable to turn CORS off",
			Variable,
			ErrConfig,
		)
	}
	c := Config{
		AllowOrigins:     w.AllowOrigins,
		AllowHeaders:     w.AllowHeaders,
		ExposeHeaders:    w.ExposeHeaders,
		AllowMethods:     w.AllowMethods,
		AllowCredentials: w.AllowCredentials,
		MaxAge:           time.Duration(w.MaxAgeSeconds) * time.Second,
	}
	if err := c.check(); err != nil {
		return Config{}, fmt.Errorf("cors: %s: %w", Variable, err)
	}
	return c, nil
}
