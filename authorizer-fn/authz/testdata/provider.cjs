// An OpenID provider (https://github.com/panva/node-oidc-provider) with opaque tokens on a free port of 127.0.0.1:
// node -e <this> -- <public key of the client "keyed", a JWK>. It writes its issuer.
const { createServer } = require('node:http')
const { generateKeyPairSync } = require('node:crypto')

const machine = (id, more) => ({
  client_id: id, grant_types: ['client_credentials'], redirect_uris: [], response_types: [], ...more,
})

async function main () {
  const { Provider } = await import('oidc-provider')
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
  const server = createServer((request, response) => answer(request, response))
  let answer
  server.listen(0, '127.0.0.1', () => {
    const issuer = `http://127.0.0.1:${server.address().port}`
    answer = new Provider(issuer, {
      jwks: { keys: [{ ...key, kid: 'key-1', alg: 'RS256', use: 'sig' }] },
      clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
      clients: [
        machine('shop', { client_secret: 'the secret of shop', token_endpoint_auth_method: 'client_secret_post' }),
        // What has to be encoded twice (RFC 6749, section 2.3.1), and asks for signed answers.
        machine('orders:api', { client_secret: 's%3 cr+t/&=', token_endpoint_auth_method: 'client_secret_basic',
          introspection_signed_response_alg: 'RS256' }),
        machine('posted', { client_secret: 'the secret of posted', token_endpoint_auth_method: 'client_secret_post' }),
        machine('keyed', { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [JSON.parse(process.argv[1])] } }),
      ],
      extraTokenClaims: () => ({ groups: ['staff'], tenant: 'acme' }),
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        introspection: { enabled: true, allowedPolicy: () => true },
        jwtIntrospection: { enabled: true },
        revocation: { enabled: true, allowedPolicy: () => true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (ctx, resource) => ({
            audience: resource.slice('urn:api:'.length), scope: 'orders:read orders:write',
            accessTokenFormat: 'opaque', accessTokenTTL: 3600,
          }),
        },
      },
    }).callback()
    console.log(issuer)
  })
  process.stdin.on('end', () => process.exit()).resume()
}
main()
