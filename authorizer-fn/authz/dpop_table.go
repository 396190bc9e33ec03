//go:build gatehouse_proof_table

package authz

import "github.com/gatehouse-cdk/gatehouse/internal/dpop/prooftable"

func init() { openProofTable = prooftable.Open } // which links the client of DynamoDB
