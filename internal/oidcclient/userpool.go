package oidcclient

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
	"github.com/gatehouse-cdk/gatehouse/internal/secretsmanager"
)

// userPool reads a client's secret from its Amazon Cognito user pool, so that no template contains it.
type userPool struct {
	id, clientID string
	vault        secretsmanager.Client // for the environment, the transport and the clock
}

// check refuses an ID that is part of another host's name, and an endpoint that a secret must not be fetched from.
func (u userPool) check(loopbackHTTP bool) error {
	if !IsUserPoolID(u.id) {
		return fmt.Errorf(`userPoolId %q is not a user pool's id: want "REGION_NAME"`, u.id)
	}
	return u.vault.CheckEndpoint(secretsmanager.UserPools, loopbackHTTP)
}

// secret fetches the client's secret with one signed request. No error contains any part of it.
// Source:
// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DescribeUserPoolClient.html
func (u userPool) secret(ctx context.Context) ([]byte, error) {
	region, _, _ := strings.Cut(u.id, "_")
	input := plainjson.Must(map[string]string{"ClientId": u.clientID, "UserPoolId": u.id})
	v, err := u.vault.Call(ctx, secretsmanager.UserPools, region, "DescribeUserPoolClient", input)
	if err != nil {
		return nil, fmt.Errorf("DescribeUserPoolClient of %s: %w", u.id, err)
	}
	secret, ok := v.Get("UserPoolClient").Get("ClientSecret").Text()
	if !ok {
		return nil, errors.New("the user pool's client has no secret: create it with one (generateSecret)")
	}
	return []byte(secret), nil
}

// IsUserPoolID reports whether a text is REGION_NAME, in which no character has a meaning in the name of a host.
// Source: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DescribeUserPoolClient.html
func IsUserPoolID(s string) bool {
	region, name, ok := strings.Cut(s, "_")
	const lower, digits = "abcdefghijklmnopqrstuvwxyz", "0123456789"
	return ok && len(s) <= 55 && strings.Trim(region, lower+digits+"-") == "" && region != "" && name != "" &&
		strings.Trim(name, lower+digits+strings.ToUpper(lower)) == ""
}
