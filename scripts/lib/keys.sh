# The key that signs local tokens, and its public half as a JWKS document (RFC 7517, RFC 8037).
# shellcheck shell=bash

token_issuer=grimoire-local
token_audience=grimoire

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

make_keys() {
    local key="$state/keys/tokens.pem" public
    if [ ! -s "$key" ]; then
        step "Making a key for tokens"
        (umask 077 && openssl genpkey -algorithm ed25519 -out "$key")
    fi
    # The raw key is the last 32 bytes of its DER form.
    public=$(openssl pkey -in "$key" -pubout -outform DER | tail -c 32 | base64url)
    printf '{"keys":[{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","kid":"local","x":"%s"}]}\n' "$public" \
        >"$state/keys/jwks.json"
}

# The key that versions are signed with, as a JWK Set with its private part. It must never be lost: what it signed is verified
# with it. A new one would be put before it in the file.
make_signing_key() {
    local file="$state/keys/signing.json" key private public
    [ -s "$file" ] && return 0
    step "Making a key for signing versions"
    key=$(mktemp)
    openssl genpkey -algorithm ed25519 -out "$key"
    private=$(openssl pkey -in "$key" -outform DER | tail -c 32 | base64url)
    public=$(openssl pkey -in "$key" -pubout -outform DER | tail -c 32 | base64url)
    rm -f "$key"
    (
        umask 077
        printf '{"keys":[{"kty":"OKP","crv":"Ed25519","use":"sig","kid":"local-%s","x":"%s","d":"%s"}]}\n' \
            "$(date -u +%Y%m%d)" "$public" "$private" >"$file"
    )
}

# make_token ORGANIZATION USER ROLES_JSON SECONDS [ISSUER]
make_token() {
    local now header claims signed
    now=$(date +%s)
    header=$(printf '{"alg":"EdDSA","typ":"JWT","kid":"local"}' | base64url)
    claims=$(printf '{"iss":"%s","aud":"%s","sub":"%s","org":"%s","roles":%s,"iat":%s,"exp":%s}' \
        "${5:-$token_issuer}" "$token_audience" "$2" "$1" "$3" "$now" "$((now + $4))" | base64url)
    # pkeyutl signs files only, not pipes.
    signed=$(mktemp)
    printf '%s.%s' "$header" "$claims" >"$signed"
    printf '%s.%s.%s\n' "$header" "$claims" \
        "$(openssl pkeyutl -sign -rawin -inkey "$state/keys/tokens.pem" -in "$signed" | base64url)"
    rm -f "$signed"
}
