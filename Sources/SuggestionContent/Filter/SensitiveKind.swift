/// What is kept from leaving: secrets first, then what says who somebody is.
///
/// The raw value stands in placeholders: `[REDACTED:email-1]`.
public enum SensitiveKind: String, Sendable, Hashable, CaseIterable {
    /// An access key ID of Amazon Web Services, `AKIA…`, or its secret.
    case awsKey = "aws-key"
    /// An API key of Google Cloud, `AIza…`, or an OAuth client secret, `GOCSPX-…`.
    case gcpKey = "gcp-key"
    /// A key of an Azure storage account or service bus, `AccountKey=…`, or a signature of a shared access
    /// URL.
    case azureKey = "azure-key"
    /// A token of GitHub, `ghp_…`, `github_pat_…`, or of GitLab, `glpat-…`.
    case repositoryToken = "repository-token"
    /// A token of Slack, `xoxb-…`, or the path of one of its webhooks.
    case slackToken = "slack-token"
    /// A key of Stripe, `sk_live_…`, `whsec_…`.
    case stripeKey = "stripe-key"
    /// A key of a provider of language models, `sk-…`, `hf_…`.
    case modelKey = "model-key"
    /// A token of another service that has a form of its own: SendGrid, npm, PyPI, Twilio, Shopify, Docker,
    /// Telegram, ….
    case serviceToken = "service-token"
    /// A JSON Web Token (RFC 7519).
    case webToken = "jwt"
    /// A private key in PEM form (RFC 7468).
    case privateKey = "private-key"
    /// A password, secret or key that a name before it calls so.
    case password = "password"
    /// The password in a URL, `postgres://user:…@host`, or in a connection string, `Pwd=…;`.
    case connectionPassword = "connection-password"
    /// The credentials of an `Authorization` header: `Bearer …`, `Basic …`.
    case bearerToken = "bearer-token"
    /// A long string that looks random.
    case randomString = "random-string"
    /// An e-mail address.
    case email = "email"
    /// A telephone number.
    case phone = "phone"
    /// An International Bank Account Number (ISO 13616) with the right check digits.
    case iban = "iban"
    /// The number of a payment card: known issuer, right check digit (ISO/IEC 7812).
    case paymentCard = "payment-card"
    /// A card's verification code, where it is called so.
    case cardCode = "card-code"
    /// A social security number of the United States.
    case socialSecurity = "ssn"
    /// The number of a passport, identity card, driving licence or taxpayer, where it is called so.
    case identityNumber = "identity-number"
    /// The number of a bank account, where it is called so.
    case bankAccount = "bank-account"
    /// The number of a patient, medical record or insured person, where it is called so.
    case medicalNumber = "medical-number"
    /// An IP address of a person's device, where it is called so; other addresses stay.
    case ipAddress = "ip-address"
    /// A date of birth, where it is called so.
    case birthDate = "birth-date"
    /// A postal address, where it is called so.
    case address = "address"
    /// A person's name, where it is called so: `patient: …`, `Mr …`.
    case personName = "person-name"
    /// The number plate or identification number of a vehicle, where it is called so.
    case vehicle = "vehicle"

    /// Whether it opens something, rather than saying who somebody is.
    public var isSecret: Bool {
        switch self {
        case .awsKey, .gcpKey, .azureKey, .repositoryToken, .slackToken, .stripeKey, .modelKey, .serviceToken,
            .webToken, .privateKey, .password, .connectionPassword, .bearerToken, .randomString:
            true
        default: false
        }
    }
}
