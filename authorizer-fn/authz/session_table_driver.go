//go:build gatehouse_table

package authz

import _ "github.com/gatehouse-cdk/gatehouse/internal/tablesession/tables" // the client of DynamoDB
