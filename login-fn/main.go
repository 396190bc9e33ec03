// Command login-fn is the Lambda function that logs users in and keeps their sessions in cookies. Package login does
// the work, configured by the environment.
package main

import (
	"github.com/gatehouse-cdk/gatehouse/internal/login"
	"github.com/gatehouse-cdk/gatehouse/login-fn/internal/start"
)

func main() { start.Login(login.Options{}) }
